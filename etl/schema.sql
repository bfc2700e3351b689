-- The contract between etl and dashboard: what every build holds. Checked by tests/contract/test_schema.py.
create table build (
  id varchar primary key,            -- hash of inputs and code
  content varchar not null,          -- hash of the tables' content
  inputs varchar not null,           -- JSON: source -> sha256 of its figures
  code varchar not null              -- hash of etl/
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
  sources varchar[] not null         -- a derived indicator lists all its sources
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
-- Sorted by (indicator, level, period, dimension, member, region): a slice costs about 1 ms at any size.
create table observation (
  indicator varchar not null, level tinyint not null, region varchar not null, period varchar not null,
  dimension varchar not null, member varchar not null,
  value double, status varchar not null, reason varchar not null,
  n bigint, ci_low double, ci_high double,
  source varchar not null, delivery varchar not null,
  check (value is not null or status <> ''),
  check (status in ('', 'b', 'e', 'p', 'u', 'c', 'm', 'z', 'a'))
);
-- Place among the units of the same country and map level. rank_low..rank_high is the range that the intervals allow.
create table ranking (
  indicator varchar not null, level varchar not null, region varchar not null, period varchar not null,
  dimension varchar not null, member varchar not null,
  rank integer not null, rank_low integer not null, rank_high integer not null, of integer not null
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
