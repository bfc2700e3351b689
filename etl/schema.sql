-- The contract between etl and dashboard: what every build holds. Checked by tests/contract/test_schema.py.
create table build (
  id varchar primary key,            -- hash of inputs and code
  content varchar not null,          -- hash of the tables' content
  inputs varchar not null,           -- JSON: source -> sha256 of its figures
  code varchar not null,             -- hash of etl/
  audience varchar not null check (audience in ('public', 'internal'))  -- who may be shown it
);
create table region (
  code varchar primary key,          -- NUTS 2024
  level tinyint not null check (level between 0 and 3),
  adm varchar,                       -- country | land | nuts2 | nuts3; null for FRY, which is only an aggregate
  parent varchar,                    -- NUTS parent
  land varchar,                      -- the Bundesland or région it lies in (itself for a land; null for countries, FRY)
  country varchar not null,
  name varchar not null, name_de varchar not null, name_fr varchar not null, name_en varchar not null,
  kind varchar,                      -- Landkreis, Kreisfreie Stadt, département …
  ags varchar, insee_reg varchar, insee_dep varchar, iso varchar,
  overseas boolean not null,
  area_km2 double, x double, y double
);
-- Every other spelling of a region's code. A NUTS code of an older version may have become several regions: `weight` is
-- the share of the old region's people (2021) in each, `version` the latest version it was a code of.
create table region_alias (
  system varchar not null check (system in ('ags', 'insee_reg', 'insee_dep', 'iso', 'nuts')),
  code varchar not null, region varchar not null, weight double not null, version varchar not null,
  primary key (system, code, region)
);
-- Regions of one map level with a common border, in both directions; the Rhine is one.
create table neighbour (code varchar not null, neighbour varchar not null, primary key (code, neighbour));
-- Cities and communes by which readers find a region of NUTS 3; `code` is INSEE's of a commune, `source` who names it.
create table place (
  region varchar not null, name varchar not null,
  name_de varchar not null, name_fr varchar not null, name_en varchar not null,
  code varchar, source varchar not null check (source in ('insee_cog', 'mesr_inov', 'ledger')),
  primary key (region, name)
);
-- Which regions a map or ranking at one level shows (FRY1–FRY5 are both land and nuts2).
create table map_unit (level varchar not null, code varchar not null, country varchar not null,
                       primary key (level, code));
-- A named set of regions: a hub, a programme's area, a network, a space across the border.
create table territory (
  id varchar primary key,            -- its address: /de/hub/<id>
  kind varchar not null check (kind in ('hub', 'programme', 'network', 'cross_border')),
  members varchar[] not null,        -- NUTS 2024 of any level, sorted; none lies in another
  name_de varchar not null, name_fr varchar not null, name_en varchar not null,
  description_de varchar not null, description_fr varchar not null, description_en varchar not null,
  perimeter_de varchar not null, perimeter_fr varchar not null, perimeter_en varchar not null,  -- '' or where we chose
  sources varchar[] not null,        -- addresses that say who belongs to it
  checked_by varchar not null, checked_on date not null
);
create table source (
  id varchar primary key, publisher varchar not null,
  title_de varchar not null, title_fr varchar not null, title_en varchar not null,
  licence varchar not null, licence_url varchar not null, credit varchar not null,
  url varchar not null, citation varchar not null, rhythm varchar not null, vintage varchar not null,
  retrieved date not null, redistribute boolean not null
);
-- Figures under embargo that may be told of: in a public build where their terms say so, in an internal one all.
create table announcement (
  source varchar not null, title_de varchar not null, title_fr varchar not null, title_en varchar not null,
  available_from timestamp not null,  -- UTC
  primary key (source, available_from)
);
create table delivery (
  sha256 varchar primary key, source varchar not null, file varchar not null, url varchar not null,
  retrieved date not null
);
create table indicator (
  id varchar primary key, theme varchar not null, kind varchar not null, unit varchar not null,
  decimals tinyint not null, direction varchar not null, aggregation varchar not null,
  "interval" varchar not null, verdict varchar not null, dimension varchar not null, "order" integer not null,
  checked_by varchar not null, checked_on date not null,
  derive_kind varchar, derive_of varchar, derive_by varchar, derive_factor double, derive_lag integer,
  derive_lag_years integer,
  levels varchar[] not null,         -- map levels with figures: country, land, nuts2, nuts3
  countries varchar[] not null,      -- DE, FR
  sources varchar[] not null,        -- a derived indicator lists all its sources
  position smallint not null         -- of its id among all ids, from 0; the order of the tables of figures
);
create table indicator_words (
  indicator varchar not null, lang varchar not null,
  title varchar not null, short varchar not null, unit varchar not null,
  definition varchar not null, method varchar not null, caveats varchar[] not null,
  comparability varchar not null, dimension varchar not null,
  gaps map(varchar, varchar) not null, reasons map(varchar, varchar) not null,
  primary key (indicator, lang)
);
create table member_words (
  indicator varchar not null, member varchar not null, lang varchar not null, label varchar not null,
  position integer not null, primary key (indicator, member, lang)
);
-- Sorted by (indicator, level, period, dimension, member, region). DuckDB passes over parts of a table by their least and
-- greatest values, of texts by eight bytes alone, which is little more than an indicator's theme; so the indicator's
-- position is there, too. A query that asks for it costs the same at any size (docs/scaling.md).
create table observation (
  indicator varchar not null, level tinyint not null, region varchar not null, period varchar not null,
  dimension varchar not null, member varchar not null,
  value double, status varchar not null, reason varchar not null,
  n bigint, ci_low double, ci_high double,
  source varchar not null, delivery varchar not null, position smallint not null,
  check (value is not null or status <> ''),
  check (status in ('', 'b', 'e', 'p', 'u', 'c', 'm', 'z', 'a'))
);
-- Place among the units of the same country and map level. rank_low..rank_high is the range that the intervals allow.
create table ranking (
  indicator varchar not null, level varchar not null, region varchar not null, period varchar not null,
  dimension varchar not null, member varchar not null,
  rank integer not null, rank_low integer not null, rank_high integer not null, of integer not null,
  position smallint not null
);
-- Class limits of the colour scale, ascending, inner limits only; country '' where one scale serves both.
-- For counts and amounts: limits is [max] over all periods at land level, the value of the largest circle.
create table scale (
  indicator varchar not null, dimension varchar not null, member varchar not null, country varchar not null,
  limits double[] not null, primary key (indicator, dimension, member, country)
);
-- What there is: for pickers, the data page, the coverage table of `etl build`.
create table coverage (
  indicator varchar not null, country varchar not null, level varchar not null,
  first_period varchar not null, last_period varchar not null, periods integer not null,
  regions integer not null, units integer not null, observed bigint not null, missing bigint not null,
  primary key (indicator, country, level)
);

-- The ledger: programmes, what was promised and reported of them, who takes part. Read from data/ledger/*.csv, whose
-- columns these are (etl/ledger_tables.py has the words allowed); unknown is '', an amount that nobody states is null.
create table programme (
  id varchar primary key,
  name varchar not null, name_de varchar not null, name_fr varchar not null, name_en varchar not null,  -- '' as name
  kind varchar not null,             -- programme project hub network centre cluster event site statistic
  family varchar not null,           -- a proper name: EDIH, IA-Cluster, KI-Kompetenzzentrum …
  status varchar not null,           -- announced awarded building active ended held cancelled unknown
  start varchar not null, "end" varchar not null,  -- 2024, 2024-04 or 2024-04-30
  parent varchar not null,
  scope varchar not null,            -- land national binational eu
  regions varchar[] not null,        -- NUTS, as declared; empty for the EU
  partner_regions varchar[] not null,
  url varchar not null,
  source_url varchar[] not null,     -- an address, seed:<document>, or cited:<where it stands>
  note varchar not null, note_de varchar not null, note_fr varchar not null,
  audience varchar not null, embargo_until varchar not null
);
-- One statement by somebody on some day. Conflicting sources are several claims; nothing in here is ever summed.
create table claim (
  id varchar primary key, programme varchar not null,
  measure varchar not null,          -- jobs professorships money places participants organisations partnerships assessment
  kind varchar not null,             -- direct indirect … · envelope grant …: never added to one another
  amount_min double, amount_max double,  -- only min: at least; only max: at most; none: no number stated
  unit varchar not null,
  state varchar not null check (state in ('announced', 'applied', 'granted', 'started', 'reported', 'verified', 'cancelled')),
  stated_on varchar not null, due_on varchar not null, period varchar not null,
  "by" varchar not null, source_url varchar[] not null,
  quote varchar not null, quote_lang varchar not null,  -- quotation or paraphrase as seen
  note varchar not null, note_de varchar not null, note_fr varchar not null,
  verified boolean not null,         -- whether somebody opened the address
  part_of varchar not null, "overlaps" varchar[] not null,  -- ids of claims that count the same money or jobs
  audience varchar not null, embargo_until varchar not null,
  origin varchar not null,           -- the row of the research it was taken from
  check (amount_min is null or amount_max is null or amount_min <= amount_max)
);
create table organisation (
  id varchar primary key,
  name varchar not null, name_de varchar not null, name_fr varchar not null, name_en varchar not null,
  kind varchar not null, country varchar not null, url varchar not null
);
-- basis: 'read' at a source, or known from 'memory' and to be marked as such.
create table membership (
  programme varchar not null, organisation varchar not null, role varchar not null, basis varchar not null,
  note varchar not null, primary key (programme, organisation, role)
);
create table location (
  programme varchar not null, organisation varchar not null,  -- one of the two is ''
  city varchar not null, nuts3 varchar not null,
  role varchar not null,             -- site: it is there; seat: it is run from there; venue: it took place there
  basis varchar not null, note varchar not null, primary key (programme, organisation, city)
);
create table partnership (
  id varchar primary key,
  name varchar not null, name_de varchar not null, name_fr varchar not null, name_en varchar not null,
  kind varchar not null,             -- cooperation memorandum alliance consortium network funding
  event varchar not null, programme varchar not null, state varchar not null, since varchar not null,
  source_url varchar[] not null, note varchar not null, note_de varchar not null, note_fr varchar not null,
  verified boolean not null
);
-- Also those of partnerships that are a programme's circle of members (membership.csv).
create table partnership_member (
  partnership varchar not null, organisation varchar not null, role varchar not null, basis varchar not null,
  primary key (partnership, organisation)
);
-- Derived. Every region a programme touches, with all regions above it. via: the named place or region itself.
-- footprint: whether it says where the programme is; a seat does not where its area is named, a partner region never.
create table programme_region (
  programme varchar not null, region varchar not null, via varchar not null,
  place varchar not null check (place in ('site', 'venue', 'seat', 'area', 'partner')), footprint boolean not null,
  primary key (programme, region, via, place)
);
-- Derived: promise against report, per kind and unit, never across. Ranges over competing claims, never sums; a claim
-- that is part of another one here is left out. latest: what was said last. reports = 0: no report yet, which is not 0.
create table progress (
  programme varchar not null, measure varchar not null, kind varchar not null, unit varchar not null,
  state varchar not null,            -- the furthest one; 'cancelled' where that was said last
  promises integer not null, promised_min double, promised_max double, promised_at_least boolean not null,
  latest_min double, latest_max double, latest_on varchar not null, latest_state varchar not null,
  reports integer not null, reported_min double, reported_max double, reported_on varchar not null,
  first_on varchar not null, last_on varchar not null,
  due_on varchar not null, due_by date,  -- as stated; its last day. Overdue: due_by has passed and reports = 0
  primary key (programme, measure, kind, unit)
);
-- Derived: programmes of kind event, with the partnerships announced there and those of them that are named.
create table event (
  programme varchar primary key, start varchar not null, "end" varchar not null, parent varchar not null,
  announced double, claim varchar not null, named integer not null
);
-- What statistical twins are alike in (etl/twins.toml, docs/twins.md).
create table twin_feature (
  id varchar primary key, indicator varchar not null, per_area boolean not null,
  scale varchar not null check (scale in ('log', 'sqrt', 'plain')), position integer not null,
  least_shared integer not null, places integer not null
);
-- The regions across the border that are most alike, place 1 the nearest. distance: 0 alike in all features, 1 one
-- standard deviation apart in each; shared: in how many features both have a value.
create table twin (
  level varchar not null, region varchar not null, twin varchar not null, place integer not null,
  distance double not null, shared integer not null, primary key (level, region, twin)
);
-- Both values of each shared feature, and how many standard deviations lie between them (positive: the region has more).
create table twin_reason (
  level varchar not null, region varchar not null, twin varchar not null, feature varchar not null,
  period varchar not null, value double not null, twin_value double not null, gap double not null,
  primary key (level, region, twin, feature)
);
