select programme, announced::integer as announced, claim from event order by start, programme
