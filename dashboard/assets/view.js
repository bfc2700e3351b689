/* The map page: state in the address, figures by one GET per indicator and level, everything else drawn from them.
   Writes what the server wrote on the first paint, for another period, region, level or indicator. */
(function () {
  "use strict";
  var source = document.getElementById("atlas");
  if (!source) return;
  var A = JSON.parse(source.textContent), W = A.words, S = A.state;
  var $ = function (id) { return document.getElementById(id); };
  var slices = {}, shapes = {}, regions = null, slice = null, period = 0, sort = { key: "value", down: true };
  var map = null, timer = 0, numbers = {};

  /* ---- words and numbers, as dashboard/i18n.py writes them ---- */
  function fill(text, values) { return text.replace(/\{(\w+)\}/g, function (_, name) { return values[name]; }); }
  function number(value, decimals, sign) {
    var f = numbers[decimals] || (numbers[decimals] = new Intl.NumberFormat(A.lang, {
      minimumFractionDigits: decimals, maximumFractionDigits: decimals, useGrouping: A.lang === "pl" ? "min2" : true
    }));
    var text = f.format(Math.abs(value)), zero = Number(Math.abs(value).toFixed(decimals)) === 0;
    return (zero ? "" : value < 0 ? "\u2212" : sign && value > 0 ? "+" : "") + text;
  }
  function show(value) {
    var f = slice.format;
    if (f.millions && Math.abs(value) >= f.from) return fill(f.millions, { number: number(value / 1e6, 1) });
    return number(value, f.decimals, f.sign) + f.suffix;
  }
  function escape(text) {
    return String(text).replace(/[&<>"]/g, function (c) { return { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }[c]; });
  }

  /* ---- figures ---- */
  function decode(s) {
    var scale = Math.pow(10, s.digits);
    s.rows = {};
    s.codes.forEach(function (code, i) {
      s.rows[code] = { v: sum(s.v[i], scale), n: s.n && sum(s.n[i], 1), s: s.s ? s.s[i] : "" };
    });
    return s;
  }
  function sum(differences, scale) {
    var last = 0;
    return differences.map(function (d) { return d === null ? null : (last += d) / scale; });
  }
  /* Wilson score limits in per cent; etl/transform computes the same. */
  function limits(value, n) {
    if (slice.interval !== "wilson" || !n) return null;
    var z = 1.959964, p = value / 100, d = 1 + z * z / n, c = p + z * z / (2 * n);
    var h = z * Math.sqrt(p * (1 - p) / n + z * z / (4 * n * n));
    return [100 * (c - h) / d, 100 * (c + h) / d];
  }
  function reason(code) {
    for (var key in slice.r) {
      var cells = slice.r[key];
      if (cells === 1 || cells[code] && cells[code].indexOf(period) >= 0) return slice.reasons[key] || "";
    }
    return "";
  }
  function figure(code) {
    var row = slice.rows[code], flag = row ? row.s[period] : "m";
    if (flag === "." || flag === undefined) flag = "";
    var value = row ? row.v[period] : null;
    if (value === null || value === undefined) return { code: code, value: null, flag: flag || "m", n: null, ci: null };
    var n = row.n ? row.n[period] : null;
    return { code: code, value: value, flag: flag, n: n, ci: limits(value, n) };
  }
  /* All units of the level in this period, with the range of rank their intervals allow, country by country. */
  var drawn = {};
  function compute() {
    drawn = {};
    ["DE", "FR"].forEach(function (country) {
      var all = units(S.level).filter(function (c) { return regions[c][3] === country; }).map(figure);
      var have = all.filter(function (f) { return f.value !== null; });
      all.forEach(function (f) {
        if (f.value !== null && S.level !== "country") {
          f.low = 1; f.high = 0; f.of = have.length;
          have.forEach(function (o) {
            if (o.ci && f.ci ? o.ci[0] > f.ci[1] : o.value > f.value) f.low++;
            if (o.ci && f.ci ? o.ci[1] >= f.ci[0] : o.value >= f.value) f.high++;
          });
        }
        drawn[f.code] = f;
      });
    });
  }
  function units(level) {
    return Object.keys(regions).filter(function (code) { return regions[code][2].indexOf(level) >= 0; });
  }
  function parents(code) {
    var chain = [code];
    while (regions[chain[chain.length - 1]][1]) chain.push(regions[chain[chain.length - 1]][1]);
    return chain;
  }
  function inside(code) {
    return (!S.country || regions[code][3] === S.country) && (!S.within || parents(code).indexOf(S.within) >= 0);
  }
  function shown() { return Object.keys(drawn).filter(inside); }
  function rank(f) { return f.low === undefined ? "" : f.low === f.high ? "" + f.low : f.low + "–" + f.high; }
  function sentence(code) {
    var f = drawn[code], name = regions[code][0];
    if (f.value === null) return name + ": " + A.flags[f.flag];
    var parts = [name + ": " + show(f.value)];
    if (f.flag) parts.push(A.flags[f.flag]);
    if (rank(f)) parts.push(fill(W.rank, { rank: rank(f), of: f.of }));
    return parts.join(", ");
  }

  /* ---- the address is the state ---- */
  var FIELDS = ["indicator", "period", "level", "within", "region", "member", "country"];
  function address(changes) {
    var state = Object.assign({}, S, changes), query = new URLSearchParams();
    FIELDS.forEach(function (name) { if (state[name]) query.set(name, state[name]); });
    return A.page + "?" + query;
  }
  function go(changes, replace) {
    var before = Object.assign({}, S);
    Object.assign(S, changes);
    return load().then(function () {
      history[replace ? "replaceState" : "pushState"](null, "", address({}));
      render(before);
    }).catch(function () {
      Object.assign(S, before);
      $("announce").textContent = W.failed;
      $("announce").className = "failed";
    });
  }
  addEventListener("popstate", function () {
    var query = new URLSearchParams(location.search), before = Object.assign({}, S);
    FIELDS.forEach(function (name) { S[name] = query.get(name) || ""; });
    load().then(function () { render(before); });
  });

  function get(url) {
    return fetch(url).then(function (answer) {
      if (!answer.ok) throw new Error(url + " " + answer.status);
      return answer.json();
    });
  }
  function sliceOf(indicator, level, member) {
    var key = [indicator, level, member].join("|");
    if (!slices[key]) {
      var query = new URLSearchParams(member ? { member: member, v: A.build } : { v: A.build });
      slices[key] = get(A.slice + indicator + "/" + level + ".json?" + query).then(decode);
      slices[key].catch(function () { delete slices[key]; });
    }
    return slices[key];
  }
  function shapesOf(level) {
    return shapes[level] || (shapes[level] = get(A.shapes[level]));
  }
  function load() {
    var link = document.querySelector('[data-indicator="' + S.indicator + '"]');
    var levels = link ? link.dataset.levels.split(" ") : [S.level];
    if (levels.indexOf(S.level) < 0) S.level = levels.indexOf("land") >= 0 ? "land" : levels[levels.length - 1];
    if (link && link.dataset.members.split(" ").indexOf(S.member) < 0) S.member = link.dataset.members.split(" ")[0];
    var wait = [sliceOf(S.indicator, S.level, S.member), regions || get(A.regions)];
    if (map && map.level !== S.level) wait.push(shapesOf(S.level));
    return Promise.all(wait).then(function (got) {
      slice = got[0]; regions = got[1];
      if (got[2]) { AtlasMap.geometry(got[2]); map.level = S.level; }
      if (slice.periods.indexOf(S.period) < 0) S.period = slice.periods[slice.periods.length - 1];
      if (S.region && regions[S.region][2].indexOf(S.level) < 0) S.region = "";
      period = slice.periods.indexOf(S.period);
      slice.national = { DE: slice.rows.DE, FR: slice.rows.FR };
    });
  }

  /* ---- drawing ---- */
  function render(before) {
    compute();
    var fresh = !before || before.indicator !== S.indicator || before.level !== S.level || before.member !== S.member
      || before.country !== S.country;
    if (before && before.country !== S.country) { location.reload(); return; } // Back across a change of countries
    if (before) { paint(before); words(); table(); crumbs(); card(); links(); }
    if (fresh && before) { legend(); picker(); }
    timeline();
    means();
    series();
  }
  function paint(before) {
    var marks = {};
    Object.keys(drawn).forEach(function (code) {
      var f = drawn[code], m = AtlasMap.mark(f.value, f.flag, scaleOf(code));
      marks[code] = { k: m[0], r: m[1], label: sentence(code) };
    });
    AtlasMap.paint(marks);
    if (!before || before.within !== S.within || before.level !== S.level) {
      AtlasMap.within(S.within || null);
    }
    AtlasMap.select(S.region || null);
  }
  function scaleOf(code) {
    var country = regions[code][3], found = slice.scales[""] || slice.scales[country];
    if (!found || slice.countries.indexOf(country) < 0) return null;
    var circles = slice.kind === "count" || slice.kind === "amount";
    return { kind: circles ? "circles" : "classes", limits: found, diverging: slice.diverging && !circles };
  }
  function words() {
    var label = slice.labels[period], named = best(), text;
    if (!S.within) text = slice.titles[S.country][period];
    else if (!named.length) text = fill(W.none, { indicator: slice.title, period: label });
    else {
      var a = named[0], z = named[named.length - 1];
      text = fill(named.length > 1 ? W.inside : W.only, {
        where: regions[S.within][0], period: label, a: regions[a.code][0], va: show(a.value),
        z: regions[z.code][0], vz: show(z.value)
      });
    }
    $("title").textContent = text;
    document.title = text + " · " + document.title.split(" · ").pop();
    $("subtitle").textContent = [slice.title, slice.members[S.member], slice.unit, A.units[S.level][S.country], label]
      .filter(Boolean).join(", ");
    var have = {};
    slice.codes.forEach(function (code) { if (regions[code]) have[regions[code][3]] = 1; });
    $("gaps").innerHTML = (S.country ? [S.country] : ["DE", "FR"]).filter(function (c) { return !have[c] && slice.gaps[c]; })
      .map(function (c) { return "<p>" + escape(slice.gaps[c]) + "</p>"; }).join("");
    $("bottom").innerHTML = slice.foot;
    $("announce").className = "unseen";
    $("announce").textContent = text;
  }
  function best() {
    return shown().map(function (c) { return drawn[c]; }).filter(function (f) { return f.value !== null && f.flag !== "a"; })
      .sort(function (a, b) { return b.value - a.value || (a.code < b.code ? -1 : 1); });
  }

  /* ---- table ---- */
  function ordered() {
    var all = shown().map(function (c) { return drawn[c]; }), sign = sort.down ? -1 : 1;
    var by = {
      name: function (a, b) { return sign * regions[a.code][0].localeCompare(regions[b.code][0], A.lang); },
      value: function (a, b) { return sign * (a.value - b.value) || (a.code < b.code ? -1 : 1); },
      n: function (a, b) { return sign * ((a.n || 0) - (b.n || 0)) || (a.code < b.code ? -1 : 1); }
    }[sort.key];
    var have = all.filter(function (f) { return f.value !== null; }).sort(by);
    var none = all.filter(function (f) { return f.value === null; })
      .sort(function (a, b) { return regions[a.code][0].localeCompare(regions[b.code][0], A.lang); });
    return have.concat(none);
  }
  function table() {
    var body = ordered().map(function (f) {
      var flag = f.flag && f.value !== null
        ? '<abbr title="' + escape(A.flags[f.flag]) + '" class="flag">' + f.flag + "</abbr>" : "";
      var name = '<th scope="row" class="name"><a href="' + escape(address({ region: f.code })) + '">'
        + escape(regions[f.code][0]) + "</a></th>";
      if (f.value === null) {
        return '<tr data-c="' + f.code + '"><td class="rank"></td>' + name + '<td class="value absent">'
          + escape(A.flags[f.flag]) + '</td><td class="margin"></td><td class="n"></td></tr>';
      }
      return '<tr data-c="' + f.code + '"><td class="rank">' + rank(f) + "<small>" + regions[f.code][3] + "</small></td>"
        + name + '<td class="value">' + escape(show(f.value)) + flag + '</td><td class="margin">'
        + (f.ci ? number((f.ci[1] - f.ci[0]) / 2, slice.format.decimals) : "") + '</td><td class="n">'
        + (f.n === null ? "" : number(f.n, 0)) + "</td></tr>";
    });
    document.querySelector("#table tbody").innerHTML = body.join("");
    document.querySelector("#table caption").textContent = fill(W.caption, { indicator: slice.title, period: slice.labels[period] });
    mark();
  }
  function mark() {
    document.querySelectorAll("#table tr.picked").forEach(function (row) { row.classList.remove("picked"); });
    var row = S.region && document.querySelector('#table tr[data-c="' + S.region + '"]'), box = $("table");
    if (!row) return;
    row.classList.add("picked");
    var over = row.offsetTop - box.scrollTop;
    if (over < 40 || over > box.clientHeight - 40) box.scrollTop = row.offsetTop - box.clientHeight / 2;
  }

  /* ---- card, breadcrumb, controls ---- */
  function next(code) {
    var levels = slice.levels.filter(function (l) { return l !== "country"; });
    for (var i = 0; i < levels.length; i++) {
      var below = units(levels[i]).filter(function (c) { return c !== code && parents(c).indexOf(code) >= 0; });
      if (below.length > 1) return levels[i];
    }
    return "";
  }
  function card() {
    var code = S.region || S.within, box = $("card");
    if (!code || (!drawn[code] && !slice.rows[code] && !parentFigure(code))) {
      box.innerHTML = '<ul class="means">' + ["DE", "FR"].map(function (c) {
        var row = slice.rows[c], v = row && row.v[period];
        return v === null || v === undefined ? "" : "<li><span>" + escape(W[c]) + "</span><b>" + escape(show(v)) + "</b></li>";
      }).join("") + '</ul><p class="small">' + escape(W.pick) + "</p>";
      return;
    }
    var f = drawn[code] || parentFigure(code), html = "<h2>" + escape(regions[code][0]) + "</h2>";
    if (f.value === null) html += '<p class="big absent">' + escape(A.flags[f.flag]) + "</p>";
    else {
      html += '<p class="big">' + escape(show(f.value))
        + (f.flag ? '<small class="flagword">' + escape(A.flags[f.flag]) + "</small>" : "") + '</p><ul class="facts">';
      if (rank(f)) html += "<li>" + escape(fill(W.rank, { rank: rank(f), of: f.of })) + "</li>";
      if (f.ci) html += "<li>" + escape(fill(W.interval, {
        low: number(f.ci[0], slice.format.decimals), high: number(f.ci[1], slice.format.decimals)
      })) + "</li>";
      if (f.n !== null) html += "<li>" + escape(fill(W.base, { n: number(f.n, 0) })) + "</li>";
      html += difference(f, regions[code][3]) + "</ul>";
    }
    if (reason(code)) html += '<p class="small">' + escape(reason(code)) + "</p>";
    var level = next(code);
    if (level && code !== S.within) {
      html += '<a class="button" data-drill="' + code + '" href="' + escape(address({ within: code, level: level, region: "" }))
        + '">' + escape(fill(W.drill, { units: A.units[level][regions[code][3]], region: regions[code][0] })) + "</a>";
    }
    box.innerHTML = html;
  }
  /* A region above the level, seen while inside it: its figure from the slice of its own level, once that is there. */
  function parentFigure(code) {
    var level = regions[code][2][0], key = [S.indicator, level, S.member].join("|"), there = slices[key];
    if (slice.levels.indexOf(level) < 0) return null;
    if (there && there.ready) {
      var mine = slice;
      slice = there.ready;
      var f = figure(code);
      slice = mine;
      return f;
    }
    sliceOf(S.indicator, level, S.member).then(function (s) { slices[key].ready = s; card(); });
    return null;
  }
  function difference(f, country) {
    var row = slice.rows[country], v = row && row.v[period];
    if (v === null || v === undefined || slice.kind !== "rate" || f.code === country || slice.diverging) return "";
    var percent = slice.format.suffix.indexOf("%") >= 0;
    var text = number(f.value - v, slice.format.decimals, true) + (percent ? "\u00a0" + W.pp : slice.format.suffix);
    return "<li>" + escape(fill(W.gap, { difference: text, country: W[country] })) + "</li>";
  }
  function crumbs() {
    var top = { "": W.both, DE: W.DE, FR: W.FR }[S.country], chain = [];
    if (S.within) chain = parents(S.within).filter(function (c) { return regions[c][2].length && regions[c][2][0] !== "country"; }).reverse();
    var steps = [["", top]].concat(chain.map(function (c) { return [c, regions[c][0]]; }));
    document.querySelector("#crumbs ol").innerHTML = steps.map(function (step, i) {
      return "<li>" + (i === steps.length - 1 ? '<span aria-current="location">' + escape(step[1]) + "</span>"
        : '<a data-within="' + step[0] + '" href="' + escape(address({ within: step[0], region: "", level: "" })) + '">'
        + escape(step[1]) + "</a>") + "</li>";
    }).join("");
  }
  function links() {
    var levels = slice.levels.filter(function (l) { return l !== "country"; });
    if (!levels.length) levels = ["country"];
    var only = slice.countries.length === 1 ? slice.countries[0] : "";
    $("level-choices").innerHTML = levels.map(function (l) {
      return '<a data-level="' + l + '" href="' + escape(address({ level: l, region: "" })) + '"'
        + (l === S.level ? ' aria-current="true"' : "") + ">" + escape(A.units[l][S.country || only]) + "</a>";
    }).join("");
    document.querySelectorAll("[data-country]").forEach(function (a) {
      a.href = address({ country: a.dataset.country, within: "", region: "" });
    });
    document.querySelectorAll("[data-lang]").forEach(function (a) {
      a.href = address({}).replace("/" + A.lang + "/", "/" + a.dataset.lang + "/");
    });
  }
  function picker() {
    $("picker").open = false;
    $("picker-title").textContent = slice.title;
    $("picker-theme").textContent = A.themes[slice.theme];
    document.querySelectorAll("[data-indicator]").forEach(function (a) {
      if (a.dataset.indicator === S.indicator) a.setAttribute("aria-current", "true"); else a.removeAttribute("aria-current");
    });
    var form = $("member-form"), codes = Object.keys(slice.members);
    form.hidden = !codes.length;
    $("member-label").textContent = slice.dimension;
    $("member").innerHTML = codes.map(function (code) {
      return '<option value="' + escape(code) + '"' + (code === S.member ? " selected" : "") + ">" + escape(slice.members[code]) + "</option>";
    }).join("");
  }
  function legend() { $("legend").innerHTML = slice.legend; }
  function means() {
    if (!AtlasMap.legend) return;
    var found = {};
    ["DE", "FR"].forEach(function (c) {
      var row = slice.rows[c], v = row && row.v[period];
      if (v !== null && v !== undefined) found[c] = { value: v, text: show(v), name: W[c], limits: (scaleOf(c) || { limits: [] }).limits };
    });
    AtlasMap.legend($("legend"), found);
  }

  /* ---- time ---- */
  function timeline() {
    $("time").hidden = slice.periods.length < 2;
    var range = $("period");
    range.max = slice.periods.length - 1;
    range.value = period;
    range.setAttribute("aria-valuetext", slice.labels[period]);
    $("period-now").textContent = slice.labels[period];
  }
  function move(i) {
    if (i === period) return;
    go({ period: slice.periods[i] }, true);
  }
  function play() {
    var button = $("play");
    if (timer) { clearInterval(timer); timer = 0; } else {
      if (period === slice.periods.length - 1) move(0);
      timer = setInterval(function () {
        if (period >= slice.periods.length - 1) { play(); return; }
        move(period + 1);
      }, slice.periods.length > 24 ? 150 : 900);
    }
    button.textContent = timer ? "❚❚" : "▶";
    button.setAttribute("aria-label", timer ? W.pause : W.play);
  }
  function input(type, id, label, slot) {
    var made = document.createElement("input");
    made.type = type; made.id = id; made.setAttribute("aria-label", label);
    slot.replaceWith(made);
    return made;
  }

  /* ---- the series beside it: data for Dash's Graph ---- */
  function series() {
    if (!window.dash_clientside || !dash_clientside.set_props || !$("series")) return;
    dash_clientside.set_props("picked", { data: { at: [S.indicator, S.level, S.member, S.region, S.within].join("|") } });
  }
  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.atlas = {
    series: function (_picked, figure) {
      if (!slice || !regions) return window.dash_clientside.no_update;
      var code = S.region || S.within, country = code ? regions[code][3] : "", lines = [];
      function line(c, style, name) {
        var row = slice.rows[c];
        if (!row || row.v.every(function (v) { return v === null; })) return;
        lines.push({
          type: "scatter", mode: slice.periods.length < 20 ? "lines+markers" : "lines", name: name, x: slice.labels, y: row.v,
          connectgaps: false, line: style, hovertemplate: "%{y}" + slice.format.suffix
        });
      }
      var style = figure.layout.meta || {};
      ["DE", "FR"].forEach(function (c) { line(c, style[c], W[c]); });
      if (code && code !== country) line(code, style.region, regions[code][0]);
      $("chart-caption").textContent = fill(W.series, { region: code ? regions[code][0] : W.both, indicator: slice.title });
      var made = JSON.parse(JSON.stringify(figure.layout));
      made.yaxis.ticksuffix = slice.format.suffix;
      made.yaxis.tickformat = slice.format.decimals ? ",." + slice.format.decimals + "f" : ",.0f";
      return { data: lines, layout: made };
    }
  };
  function chart() {
    var wait = A.plotly.reduce(function (before, url) {
      return before.then(function () {
        return new Promise(function (done, failed) {
          var script = document.createElement("script");
          script.src = url; script.onload = done; script.onerror = failed;
          document.head.appendChild(script);
        });
      });
    }, Promise.resolve());
    wait.then(function () { dash_clientside.set_props("wanted", { data: { lang: A.lang } }); });
    var seen = new MutationObserver(function () { if ($("series")) { seen.disconnect(); series(); } });
    seen.observe($("chart"), { childList: true, subtree: true });
  }
  document.addEventListener("atlas:dash", function () {
    var watch = new IntersectionObserver(function (entries) {
      if (entries.some(function (e) { return e.isIntersecting; })) { watch.disconnect(); ready.then(chart); }
    }, { rootMargin: "200px" });
    watch.observe($("chart-section"));
  });

  /* ---- events ---- */
  function drill(code) {
    var level = next(code);
    if (level) go({ within: code, level: level, region: "" });
  }
  function up() {
    if (!S.within) return;
    var chain = parents(S.within).slice(1).filter(function (c) { return regions[c][2].length && regions[c][2][0] !== "country"; });
    var target = chain[0] || "", level = regions[S.within][2][0];
    go({ within: target, level: slice.levels.indexOf(level) >= 0 ? level : "land", region: S.within });
  }
  function tip(code) {
    var f = drawn[code];
    if (!f) return "";
    var html = "<b>" + escape(regions[code][0]) + "</b>";
    if (f.value === null) return html + "<span>" + escape(A.flags[f.flag]) + "</span>";
    html += "<span>" + escape(show(f.value)) + (f.flag ? " · " + escape(A.flags[f.flag]) : "") + "</span>";
    if (rank(f)) html += "<small>" + escape(fill(W.rank, { rank: rank(f), of: f.of })) + "</small>";
    if (f.n !== null) html += "<small>" + escape(fill(W.base, { n: number(f.n, 0) })) + "</small>";
    return html;
  }
  document.addEventListener("click", function (event) {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !slice) return;
    var a = event.target.closest("a,button");
    if (!a) return;
    var d = a.dataset;
    if (d.indicator) { event.preventDefault(); go({ indicator: d.indicator, region: S.region }); }
    else if (d.level) { event.preventDefault(); go({ level: d.level, region: "" }); }
    else if (d.drill) { event.preventDefault(); drill(d.drill); }
    else if (d.within !== undefined) {
      event.preventDefault();
      go({ within: d.within, region: "", level: d.within ? next(d.within) : "land" });
    } else if (d.sort) {
      sort = { key: d.sort, down: sort.key === d.sort ? !sort.down : d.sort !== "name" };
      document.querySelectorAll("#table th[aria-sort]").forEach(function (th) { th.removeAttribute("aria-sort"); });
      a.parentNode.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
      table();
    } else if (a.closest("#table tbody")) {
      event.preventDefault();
      go({ region: a.closest("tr").dataset.c });
    } else if (a.id === "play") play();
  });
  document.addEventListener("change", function (event) {
    if (event.target.id === "member") go({ member: event.target.value });
  });
  document.addEventListener("input", function (event) {
    if (event.target.id === "period") move(Number(event.target.value));
    if (event.target.id === "picker-search") search(event.target.value);
  });
  document.addEventListener("keydown", function (event) {
    var open = $("picker").open && event.target.closest("#picker");
    if (event.key === "Escape" && open) { $("picker").open = false; document.querySelector("#picker summary").focus(); }
  });
  document.addEventListener("click", function (event) {
    if ($("picker").open && !event.target.closest("#picker")) $("picker").open = false;
  });
  function search(text) {
    var plain = function (s) { return s.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, ""); };
    var wanted = plain(text).split(/\s+/), any = false;
    document.querySelectorAll("#picker section").forEach(function (group) {
      var some = false;
      group.querySelectorAll("li").forEach(function (li) {
        var hit = wanted.every(function (w) { return plain(li.textContent + " " + group.firstChild.textContent).indexOf(w) >= 0; });
        li.hidden = !hit;
        some = some || hit;
      });
      group.hidden = !some;
      any = any || some;
    });
    $("picker-empty").hidden = any;
  }

  /* ---- start: make the server's picture live ---- */
  $("period-steps").hidden = true;
  $("play").hidden = false;
  input("range", "period", $("period-slot").dataset.label, $("period-slot")).min = 0;
  var find = input("search", "picker-search", $("picker-search-slot").dataset.placeholder, $("picker-search-slot"));
  find.placeholder = find.getAttribute("aria-label");
  var ready = load().then(function () {
    compute();
    map = { level: S.level };
    AtlasMap.mount($("map"), {
      onselect: function (code) { go({ region: code }); },
      ondrill: drill,
      onup: up,
      tip: tip
    });
    history.replaceState(null, "", location.href);
    timeline(); card(); mark(); links(); means();
  });
})();
