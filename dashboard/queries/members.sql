-- Labels of all breakdowns in one language.
select indicator, member, label from member_words where lang = $lang order by indicator, position
