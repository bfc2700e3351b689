select id, programme, measure, kind, amount_min, amount_max, unit, state, stated_on, due_on, period, "by", source_url,
       quote, quote_lang, note, note_de, note_fr, verified, part_of, "overlaps", audience, embargo_until
from claim order by id
