/* The map page's state: it lives in the address. Changes it, loads what it needs, tells map, panel and chart. */
(() => {
  "use strict";
  const Atlas = window.Atlas;
  if (!Atlas) return;
  const { page, state: S, words: W, panel } = Atlas;
  const $ = (id) => document.getElementById(id);
  const FIELDS = ["indicator", "period", "level", "within", "region", "member", "country", "lines", ...Atlas.displays];
  const first = { ...S };
  let drawnLevel = S.level, drawnWithin = S.within, timer = 0, newest = 0;

  Atlas.address = (changes) => {
    const state = { ...S, ...changes }, query = new URLSearchParams();
    FIELDS.forEach((name) => { if (state[name]) query.set(name, state[name]); });
    if (page.asof) query.set("asof", page.asof);
    return `${page.page}?${query}`;
  };

  /* Load what `changes` need, then show them; a failure leaves everything as it was, and says so. */
  Atlas.go = go;
  /* For the scripts of single parts of the page: everything is drawn, at the start and after each change. */
  const tell = () => document.dispatchEvent(new Event("atlas:shown"));
  function go(changes, how = "pushState") {
    const before = { ...S }, turn = ++newest;
    Object.assign(S, changes);
    return load().then((show) => {
      if (turn !== newest) return; // a later click has overtaken this one
      show();
      if (how) history[how]({ ...S }, "", Atlas.address({}));
      render(before);
    }).catch(() => {
      if (turn !== newest) return;
      Object.assign(S, before);
      Atlas.say(W.failed, true);
    });
  }
  addEventListener("popstate", (event) => {
    const was = event.state || first;
    if (["country", ...Atlas.displays].some((name) => was[name] !== S[name])) location.reload();
    else go({ ...was }, "");
  });

  function load() {
    const link = document.querySelector(`a[data-indicator="${S.indicator}"]`);
    const levels = link.dataset.levels.split(" "), members = link.dataset.members.split(" ");
    if (!levels.includes(S.level)) S.level = levels.includes("land") ? "land" : levels.at(-1);
    if (!members.includes(S.member)) S.member = members[0];
    const geometry = S.level === drawnLevel ? null : Atlas.shapesOf(S.level);
    return Promise.all([Atlas.sliceOf(S.indicator, S.level, S.member), geometry, Atlas.displayOf()]).then(([slice, shapes, display]) => () => {
      if (S.level !== drawnLevel) {
        AtlasMap.geometry(shapes);
        drawnLevel = S.level;
        if (drawnWithin) drawnWithin = null; // whole again, but still zoomed in
      }
      Atlas.slice = slice;
      Atlas.display = display;
      if (!slice.periods.includes(S.period)) S.period = slice.periods.at(-1);
      if (S.region && !Atlas.regions[S.region][2].includes(S.level)) S.region = "";
      Atlas.period = slice.periods.indexOf(S.period);
    });
  }

  function render(before) {
    const fresh = ["indicator", "member"].some((name) => before[name] !== S[name]);
    Atlas.compute();
    paint();
    panel.words();
    // 500 rows take longer than the map: the map is painted first, the table in the next task.
    $("table").setAttribute("aria-busy", "true");
    requestAnimationFrame(() => setTimeout(() => { panel.table(); $("table").removeAttribute("aria-busy"); }));
    panel.crumbs();
    panel.card();
    panel.links();
    if (fresh) panel.picker();
    panel.legend(fresh);
    panel.time();
    chart();
    tell();
  }
  function paint() {
    const marks = {};
    for (const [code, f] of Object.entries(Atlas.drawn)) {
      const [k, r] = f.mark || AtlasMap.mark(f.value, f.flag, Atlas.scaleOf(code));
      marks[code] = { k, r, label: Atlas.sentence(code) };
    }
    AtlasMap.paint(marks);
    if (drawnWithin !== S.within) {
      drawnWithin = S.within;
      AtlasMap.within(S.within || null);
    }
    AtlasMap.select(S.region || null);
  }

  function drill(code) {
    const level = Atlas.next(code);
    if (level) go({ within: code, level, region: "" });
  }
  function up() {
    if (!S.within) return;
    const level = Atlas.regions[S.within][2].find((l) => Atlas.slice.levels.includes(l));
    go({ within: Atlas.above(S.within)[1] || "", level: level || "land", region: S.within });
  }

  /* ---- time ---- */
  function move(i) {
    if (i !== Atlas.period) go({ period: Atlas.slice.periods[i] }, "replaceState");
  }
  function play() {
    const last = Atlas.slice.periods.length - 1, button = $("play");
    if (timer) { clearInterval(timer); timer = 0; } else {
      if (Atlas.period === last) move(0);
      timer = setInterval(() => { if (Atlas.period >= last) play(); else move(Atlas.period + 1); }, last > 24 ? 150 : 900);
    }
    button.textContent = timer ? "❚❚" : "▶";
    button.setAttribute("aria-label", timer ? W.pause : W.play);
  }

  /* ---- the chart: Plotly comes when its place comes on screen; its data is the slice, so it asks for nothing ---- */
  function chart() {
    const theme = document.documentElement.dataset.theme || "";
    if ($("series")) dash_clientside.set_props("picked", { data: { at: [theme, ...FIELDS.map((name) => S[name])].join("|") } });
  }
  const script = (url) => new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement("script"), { src: url, onload: done, onerror: failed }));
  });
  document.addEventListener("atlas:dash", () => {
    const made = new MutationObserver(() => { if ($("series")) { made.disconnect(); chart(); } });
    const seen = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      seen.disconnect();
      made.observe($("chart"), { childList: true, subtree: true });
      page.plotly.reduce((before, url) => before.then(() => script(url)), ready)
        .then(() => dash_clientside.set_props("wanted", { data: { lang: page.lang } }));
    }, { rootMargin: "200px" });
    seen.observe($("chart-section"));
  });
  window.dash_clientside = window.dash_clientside || {};
  dash_clientside.atlas = {
    series: (_picked, figure) => {
      const code = S.region || S.within, styles = figure.layout.meta, slice = Atlas.slice, lines = [], signs = new Set();
      const tokens = getComputedStyle(document.documentElement), [ink, ground] =
        ["--ink", "--surface"].map((name) => tokens.getPropertyValue(name).trim());
      const millions = slice.format.millions && Object.values(slice.rows).some((row) => row.v.some((v) => v >= slice.format.from));
      const [before, after] = millions ? slice.format.millions.split("{number}") : ["", slice.format.suffix];
      const line = (from, c, style, name) => {
        const found = from && Atlas.course(from, c, millions ? 1e6 : 1);
        if (!found) return;
        const { x, y, text, size, hollow, broken, up: array, down: arrayminus } = found, bars = array.some(Boolean);
        [[bars, W.bars], [hollow.some(Boolean), W.hollow], [broken, W.broken]].forEach(([is, said]) => is && signs.add(said));
        lines.push({
          type: "scatter", mode: "lines+markers", name, x, y, text, connectgaps: false, line: style,
          marker: { size, opacity: 1, color: hollow.map((is) => is ? ground : style.color), line: { color: style.color, width: 2 } },
          error_y: { type: "data", symmetric: false, array, arrayminus, width: 3, thickness: 1.2, visible: bars },
          hovertemplate: `${before}%{y}${after}%{text}`
        });
      };
      for (const c of ["DE", "FR"]) line(slice, c, styles[c], W[c]);
      if (code && !W[code]) line(slice.rows[code] ? slice : Atlas.sliceAbove(code, chart), code, styles.region, Atlas.name(code));
      const caption = `${lines.map((one) => one.name).reverse().join(" · ")}${Atlas.colon}${slice.title}`;
      $("chart-caption").textContent = [caption, ...signs].join(". ");
      const layout = structuredClone(figure.layout);
      layout.font.color = ink;
      layout.hoverlabel = { bgcolor: ground, font: { color: ink } };
      const decimals = millions ? 1 : slice.format.decimals;
      Object.assign(layout.yaxis, { tickprefix: before, ticksuffix: after, tickformat: `,.${decimals}f` });
      return { data: lines, layout };
    }
  };

  /* ---- events ---- */
  /* What a display can show depends on the indicator: with one, another indicator is another page. */
  const another = (address, changes) => { if (Atlas.display) location.assign(address); else go(changes); };
  const CLICKS = {
    indicator: (a) => another(a.href, { indicator: a.dataset.indicator }),
    level: (a) => go({ level: a.dataset.level, region: "" }),
    drill: (a) => drill(a.dataset.drill),
    within: ({ dataset: { within } }) => go({ within, region: "", level: within ? Atlas.next(within) : "land" })
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#picker")) $("picker").open = false;
    const a = event.target.closest("a,button");
    if (!a || !Atlas.slice || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const kind = Object.keys(CLICKS).find((name) => name in a.dataset);
    if (a.dataset.sort) panel.sort(a);
    else if (a.id === "play") play();
    else if (kind || a.closest("#table tbody")) {
      event.preventDefault();
      if (kind) CLICKS[kind](a); else go({ region: a.closest("tr").dataset.c });
    }
  });
  new MutationObserver(chart).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  document.addEventListener("change", (event) => {
    if (event.target.id === "member") another(Atlas.address({ member: event.target.value }), { member: event.target.value });
  });
  document.addEventListener("input", ({ target }) => {
    if (target.id === "period") move(Number(target.value));
    if (target.id === "picker-search") panel.search(target.value);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && $("picker").open && event.target.closest("#picker")) {
      $("picker").open = false;
      document.querySelector("#picker summary").focus();
    }
  });

  /* ---- start: make the server's picture live ---- */
  function input(type, id, slot, label) {
    const made = Object.assign(document.createElement("input"), { type, id });
    made.setAttribute("aria-label", label);
    slot.replaceWith(made);
    return made;
  }
  input("range", "period", $("period-slot"), $("period-slot").dataset.label).min = 0;
  const find = $("picker-search-slot");
  input("search", "picker-search", find, find.dataset.placeholder).placeholder = find.dataset.placeholder;
  $("period-steps").hidden = true;
  $("play").hidden = false;
  const ready = load().then((show) => {
    show();
    Atlas.compute();
    AtlasMap.mount($("map"), { onselect: (region) => go({ region }), ondrill: drill, onup: up, tip: panel.tip });
    panel.time();
    panel.card();
    panel.picked();
    panel.links();
    panel.legend(false);
    tell();
    document.documentElement.dataset.ready = "";
  });
})();
