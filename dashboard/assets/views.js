/* The map's displays (gap, change, how sure, two indicators, other classes): what dashboard/display_slices.py sends,
   put onto the figures. Another display is another page; another period, level or region is not. After figures.js. */
(() => {
  "use strict";
  const Atlas = window.Atlas;
  if (!Atlas) return;
  const { page, state: S, words: W } = Atlas, $ = (id) => document.getElementById(id);
  const DISPLAY = ["view", "from", "against", "scale", "classes"], known = {}, compute = Atlas.compute;
  Atlas.displays = DISPLAY;
  Atlas.display = null;
  const query = (names) => {
    const found = new URLSearchParams({ v: page.build });
    names.forEach((name) => { if (S[name]) found.set(name, S[name]); });
    return found;
  };
  const ask = (name, query) => fetch(`${page.slice}${name}.json?${query}`).then((answer) => {
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  });

  /* The display of the state, or null. One that is not offered there is explained by the page itself. */
  Atlas.displayOf = () => {
    if (!DISPLAY.some((name) => S[name])) return null;
    const wanted = query(["indicator", "level", "member", ...DISPLAY]), key = String(wanted);
    const elsewhere = () => { delete known[key]; location.assign(Atlas.address({})); return new Promise(() => {}); };
    return known[key] || (known[key] = ask("display", wanted)
      .then((got) => got.build === page.build ? unpack(got) : elsewhere(), elsewhere));
  };
  function unpack(got) {
    got.at = Object.fromEntries(got.codes.map((code, i) => [code, i]));
    if (got.v) {
      const columns = got.codes.map((_, i) => Atlas.sum(got.v, i, 10 ** got.digits));
      got.v = got.k.map((_, period) => columns.map((column) => column[period]));
    }
    return got;
  }

  /* A number as display_words.number writes it. */
  const number = (value) => {
    const { form, kind } = Atlas.display, text = Atlas.number(value, form.decimals, form.sign) + form.suffix;
    return kind === "sure" ? `± ${text}` : text;
  };
  Atlas.compute = () => {
    compute();
    const { display, period } = Atlas;
    if (!display) return;
    for (const f of Object.values(Atlas.drawn)) {
      const i = display.at[f.code], note = display.notes[period][i], value = display.v ? display.v[period][i] : f.value;
      f.mark = display.drawings[display.k[period].charCodeAt(i) - 48];
      f.shown = value;
      f.doubt = display.doubt[period][i] === "x";
      f.note = note === "." ? "" : display.note[note];
      f.cell = display.kind === "flags" ? page.flags[f.flag] || "–" : value === null ? "" : number(value);
      f.said = display.said && (value === null ? f.note : said(f, number(value)));
    }
  };
  function said(f, difference) {
    const { display, period } = Atlas;
    const text = Atlas.fill(display.said, { difference, country: W[Atlas.country(f.code)], period: display.times[period] });
    return f.note ? `${text} (${f.note})` : text;
  }

  /* The title of a display; "" where the usual one holds. */
  Atlas.titled = (rows) => {
    const { display, period, slice } = Atlas, label = slice.labels[period];
    if (!display || display.kind === "value") return "";
    const have = rows.filter((f) => f.shown !== null && f.value !== null);
    if (!have.length) return Atlas.fill(W.none, { indicator: slice.title, period: label });
    if (!S.within) return display.titles[S.country][period];
    const where = Atlas.name(S.within), sure = have.filter((f) => !f.doubt), named = sure.length ? sure : have;
    const what = display.what[period], start = what[0].toUpperCase() + what.slice(1);
    if (!display.numbered) return `${start} – ${where}, ${label}`;
    named.sort((a, b) => b.shown - a.shown || (a.code < b.code ? -1 : 1));
    const a = named[0], z = named.at(-1);
    return `${start} – ` + Atlas.fill(named.length > 1 ? W.inside : W.only, {
      where, period: label, a: Atlas.name(a.code), va: a.cell, z: Atlas.name(z.code), vz: z.cell
    });
  };

  /* The menu's links and forms name the whole state: opened after a move, it is drawn anew. */
  const menu = $("display"), at = () => String(query(["indicator", "level", "member", "period", "within", "region", "country", ...DISPLAY]));
  let drawn = at();
  if (menu) {
    menu.addEventListener("toggle", () => {
      const now = at();
      if (!menu.open || now === drawn) return;
      ask("menu", now).then((got) => {
        drawn = now;
        $("display-menu").innerHTML = got.html;
      }).catch(() => {}); // the old menu still works, from where the page was opened
    });
    document.addEventListener("click", (event) => { if (!event.target.closest("#display")) menu.open = false; });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
})();
