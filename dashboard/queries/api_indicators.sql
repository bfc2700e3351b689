-- Every indicator with its words in three languages, its breakdown and the reasons that its figures name, in picker order.
with words as (
  select indicator,
         max(title) filter (lang = 'de') as title_de, max(title) filter (lang = 'fr') as title_fr,
         max(title) filter (lang = 'en') as title_en,
         max(unit) filter (lang = 'de') as unit_de, max(unit) filter (lang = 'fr') as unit_fr,
         max(unit) filter (lang = 'en') as unit_en,
         max(definition) filter (lang = 'de') as definition_de, max(definition) filter (lang = 'fr') as definition_fr,
         max(definition) filter (lang = 'en') as definition_en,
         max(method) filter (lang = 'de') as method_de, max(method) filter (lang = 'fr') as method_fr,
         max(method) filter (lang = 'en') as method_en,
         max(comparability) filter (lang = 'de') as comparability_de,
         max(comparability) filter (lang = 'fr') as comparability_fr,
         max(comparability) filter (lang = 'en') as comparability_en,
         any_value(caveats) filter (lang = 'de') as caveats_de, any_value(caveats) filter (lang = 'fr') as caveats_fr,
         any_value(caveats) filter (lang = 'en') as caveats_en,
         any_value(reasons) filter (lang = 'de') as reasons_de, any_value(reasons) filter (lang = 'fr') as reasons_fr,
         any_value(reasons) filter (lang = 'en') as reasons_en
  from indicator_words group by indicator
), labels as (
  select indicator, member, min(position) as position, max(label) filter (lang = 'de') as de,
         max(label) filter (lang = 'fr') as fr, max(label) filter (lang = 'en') as en
  from member_words group by indicator, member
), members as (
  select indicator, list(struct_pack(member := member, label_de := de, label_fr := fr, label_en := en)
                         order by position) as members
  from labels group by indicator
), periods as (
  select indicator, min(first_period) as first_period, max(last_period) as last_period from coverage group by indicator
)
select i.id, i.theme, w.title_de, w.title_fr, w.title_en, i.kind, i.unit, w.unit_de, w.unit_fr, w.unit_en, i.decimals,
       i.direction, i.aggregation, i."interval", i.verdict, i.levels, i.countries, p.first_period, p.last_period,
       i.dimension, coalesce(m.members, []) as members, i.sources,
       not exists (select 1 from source s where list_contains(i.sources, s.id) and not s.redistribute) as redistribute,
       i.derive_kind, i.derive_of, i.derive_by, w.definition_de, w.definition_fr, w.definition_en,
       w.method_de, w.method_fr, w.method_en, w.comparability_de, w.comparability_fr, w.comparability_en,
       w.caveats_de, w.caveats_fr, w.caveats_en,
       list_transform(list_sort(map_keys(w.reasons_en)), lambda key: struct_pack(
         reason := key, text_de := w.reasons_de[key], text_fr := w.reasons_fr[key], text_en := w.reasons_en[key]
       )) as reasons,
       i.checked_by, i.checked_on
from indicator i
join words w on w.indicator = i.id
left join members m on m.indicator = i.id
left join periods p on p.indicator = i.id
order by i."order", i.id
