select country, limits from scale where indicator = $indicator and member = $member order by country
