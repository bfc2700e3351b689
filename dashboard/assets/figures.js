/* The map page's figures: fetched slices, unpacked, with limits, ranges of rank and spoken sentences.
   Writes numbers as dashboard/i18n.py does and ranks as etl/transform does; browser tests hold them together. */
(() => {
  "use strict";
  const source = document.getElementById("atlas");
  if (!source) return;
  const page = JSON.parse(source.textContent), state = page.state, words = page.words;
  const Atlas = window.Atlas = { page, state, words, slice: null, regions: null, period: 0, drawn: {} };
  const slices = {}, shapes = {}, formats = {};

  /* ---- words and numbers ---- */
  Atlas.colon = document.documentElement.lang === "fr" ? "\u00a0: " : ": ";
  Atlas.fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  Atlas.escape = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }[c]));
  Atlas.number = (value, decimals, sign) => {
    const format = formats[decimals] || (formats[decimals] = new Intl.NumberFormat(page.lang, {
      minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: true
    }));
    const zero = Number(Math.abs(value).toFixed(decimals)) === 0;
    return (zero ? "" : value < 0 ? "\u2212" : sign ? "+" : "") + format.format(Math.abs(value));
  };
  Atlas.show = (value) => {
    const f = Atlas.slice.format;
    if (f.millions && Math.abs(value) >= f.from) return Atlas.fill(f.millions, { number: Atlas.number(value / 1e6, 1) });
    return Atlas.number(value, f.decimals, f.sign) + f.suffix;
  };

  /* ---- fetching; each address once ---- */
  const get = (url) => fetch(url).then((answer) => {
    if (!answer.ok) throw new Error(`${answer.status} ${url}`);
    return answer.json();
  });
  /* Figures of another build than the page's: two must not mix, so the wanted view starts anew. */
  const again = () => { location.assign(Atlas.address({})); return new Promise(() => {}); };
  const names = get(page.regions).then((found) => { Atlas.regions = found; });
  Atlas.sliceOf = (indicator, level, member) => {
    const key = [indicator, level, member].join("|");
    if (!slices[key]) {
      const query = new URLSearchParams(member ? { member, v: page.build } : { v: page.build });
      slices[key] = Promise.all([get(`${page.slice}${indicator}/${level}.json?${query}`), names])
        .then((got) => got[0].build === page.build ? slices[key].ready = unpack(got[0]) : again());
      slices[key].catch(() => { delete slices[key]; });
    }
    return slices[key];
  };
  Atlas.shapesOf = (level) => shapes[level] || (shapes[level] = get(page.shapes[level]));

  /* v and n come period by period, as differences to the region's last value, in 10^-digits. */
  Atlas.sum = (periods, i, scale) => {
    let last = 0;
    return periods.map((p) => p[i] === null ? null : (last += p[i]) / scale);
  };
  function unpack(slice) {
    const regions = Atlas.regions, scale = 10 ** slice.digits;
    const codes = slice.codes || Object.keys(regions).filter((code) =>
      regions[code][2].includes(slice.level) || regions[code][2][0] === "country").sort();
    const sum = Atlas.sum;
    slice.rows = {};
    codes.forEach((code, i) => {
      slice.rows[code] = { v: sum(slice.v, i, scale), n: slice.n && sum(slice.n, i, 1), s: slice.s ? slice.s[i] : "" };
    });
    return slice;
  }

  /* ---- geography ---- */
  Atlas.units = (level) => Object.keys(Atlas.regions).filter((code) => Atlas.regions[code][2].includes(level));
  Atlas.parents = (code) => {
    const chain = [code];
    while (Atlas.regions[chain.at(-1)][1]) chain.push(Atlas.regions[chain.at(-1)][1]);
    return chain;
  };
  /* The regions above, without countries and mere aggregates; smallest first. */
  Atlas.above = (code) => Atlas.parents(code).filter((c) => Atlas.regions[c][2].length && Atlas.regions[c][2][0] !== "country");
  Atlas.name = (code) => Atlas.regions[code][0];
  Atlas.country = (code) => Atlas.regions[code][3];
  Atlas.inside = (code) => (!state.country || Atlas.country(code) === state.country)
    && (!state.within || Atlas.parents(code).includes(state.within));
  Atlas.shown = () => Object.keys(Atlas.drawn).filter(Atlas.inside);
  /* The next level into which a region falls apart, or "". */
  Atlas.next = (code) => Atlas.slice.levels.find((level) => level !== "country"
    && Atlas.units(level).filter((c) => c !== code && Atlas.parents(c).includes(code)).length > 1) || "";

  /* ---- figures of one period ---- */
  /* Wilson score limits in per cent. */
  function limits(slice, value, n) {
    if (slice.interval !== "wilson" || !n) return null;
    const z = 1.959964, p = value / 100, d = 1 + z * z / n, c = p + z * z / (2 * n);
    const h = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return [100 * (c - h) / d, 100 * (c + h) / d];
  }
  function figure(slice, code, i) {
    const row = slice.rows[code], value = row ? row.v[i] : null, flag = row ? row.s[i] || "." : "m";
    if (value === null || value === undefined) return { code, value: null, flag: flag === "." ? "m" : flag, n: null, ci: null, from: slice, at: i };
    const n = row.n ? row.n[i] : null;
    return { code, value, flag: flag === "." ? "" : flag, n, ci: limits(slice, value, n), from: slice, at: i };
  }
  /* All units of a slice's level in one period; country by country the range of rank that their intervals allow. */
  function figures(slice, i) {
    const found = {};
    for (const country of ["DE", "FR"]) {
      const all = Atlas.units(slice.level).filter((c) => Atlas.country(c) === country).map((c) => figure(slice, c, i));
      const have = all.filter((f) => f.value !== null);
      for (const f of all) {
        if (f.value !== null && slice.level !== "country") {
          const ahead = have.filter((o) => o.ci && f.ci ? o.ci[0] > f.ci[1] : o.value > f.value);
          const level = have.filter((o) => o.ci && f.ci ? o.ci[1] >= f.ci[0] : o.value >= f.value);
          Object.assign(f, { low: 1 + ahead.length, high: level.length, of: have.length });
        }
        found[f.code] = f;
      }
    }
    return found;
  }
  Atlas.compute = () => { Atlas.drawn = figures(Atlas.slice, Atlas.period); };
  /* The picked region's figure; one above the level comes from the slice of its own level, `later` when that is there. */
  Atlas.figureOf = (code, later) => {
    if (Atlas.drawn[code]) return Atlas.drawn[code];
    const slice = Atlas.sliceAbove(code, later);
    return slice && figures(slice, slice.periods.indexOf(state.period))[code];
  };
  Atlas.sliceAbove = (code, later) => {
    const level = Atlas.regions[code][2][0];
    if (!Atlas.slice.levels.includes(level)) return null;
    const asked = Atlas.sliceOf(state.indicator, level, state.member);
    if (!asked.ready) asked.then(later, () => Atlas.say(words.failed, true));
    return asked.ready;
  };
  Atlas.national = (country) => {
    const row = Atlas.slice.rows[country], value = row && row.v[Atlas.period];
    return value === undefined ? null : value;
  };
  Atlas.scaleOf = (code) => {
    const { scales, countries, kind, diverging } = Atlas.slice, country = Atlas.country(code);
    const found = scales[""] || scales[country], circles = kind === "count" || kind === "amount";
    if (!found || !countries.includes(country)) return null;
    return { kind: circles ? "circles" : "classes", limits: found, diverging: diverging && !circles };
  };
  /* A region's series as the chart draws it: a gap before a break, limits, and which points are doubtful. */
  Atlas.course = (slice, code, scale) => {
    const row = slice.rows[code], few = slice.periods.length < 20;
    if (!row || row.v.every((v) => v === null)) return null;
    const found = { x: [], y: [], text: [], up: [], down: [], hollow: [], size: [], broken: false };
    const add = (i, value) => {
      const flag = row.s[i] || ".", known = value !== null, ci = known && limits(slice, value, row.n && row.n[i]);
      const doubtful = flag === "u" || flag === "a";
      found.x.push(slice.labels[i]);
      found.y.push(known ? value / scale : null);
      found.text.push(flag === "." ? "" : ` (${page.flags[flag]})`);
      found.up.push(ci ? ci[1] - value : 0);
      found.down.push(ci ? value - ci[0] : 0);
      found.hollow.push(known && doubtful);
      found.size.push(few || doubtful ? 7 : 0);
    };
    row.v.forEach((value, i) => {
      if (row.s[i] === "b" && i) { found.broken = true; add(i, null); }
      add(i, value);
    });
    return found;
  };
  /* Why a figure is flagged, from the slice it comes from (a region above the level has its own). */
  Atlas.reason = (f) => {
    const { from, at, code } = f, row = from.rows[code], flag = row ? row.s[at] : "";
    for (const [key, cells] of Object.entries(from.r)) {
      if (cells === 1 || cells === flag || cells[code] && cells[code].includes(at)) return from.reasons[key] || "";
    }
    return "";
  };
  Atlas.rank = (f) => f.low === undefined ? "" : f.low === f.high ? String(f.low) : `${f.low}–${f.high}`;
  Atlas.sentence = (code) => {
    const f = Atlas.drawn[code];
    if (f.value === null) return `${Atlas.name(code)}: ${page.flags[f.flag]}`;
    const parts = [`${Atlas.name(code)}: ${Atlas.show(f.value)}`];
    if (f.said) parts.push(f.said);
    if (f.flag) parts.push(page.flags[f.flag]);
    if (Atlas.rank(f)) parts.push(Atlas.fill(words.rank, { rank: Atlas.rank(f), of: f.of }));
    return parts.join(", ");
  };
})();
