/* What stands around the map: title, table, card, breadcrumb, controls. The same markup as dashboard/components. */
(() => {
  "use strict";
  const Atlas = window.Atlas;
  if (!Atlas) return;
  const { page, state: S, words: W, escape, fill } = Atlas;
  const $ = (id) => document.getElementById(id);
  const sort = { key: document.querySelector("#table th.shown[aria-sort]") ? "shown" : "value", down: true };
  const opened = { ...S };
  Atlas.panel = {};

  const byName = (a, b) => Atlas.name(a.code).localeCompare(Atlas.name(b.code), page.lang);
  const byCode = (a, b) => a.code < b.code ? -1 : 1;
  const rows = () => Atlas.shown().map((code) => Atlas.drawn[code]);

  Atlas.panel.words = () => {
    const slice = Atlas.slice, label = slice.labels[Atlas.period];
    const all = rows().filter((f) => f.value !== null).sort((a, b) => b.value - a.value || byCode(a, b));
    const sure = all.filter((f) => !slice.doubtful.includes(f.flag)), named = sure.length ? sure : all;
    let text = slice.titles[S.country][Atlas.period];
    if (S.within && !named.length) text = fill(W.none, { indicator: slice.title, period: label });
    else if (S.within) {
      const a = named[0], z = named.at(-1);
      text = fill(named.length > 1 ? W.inside : W.only, {
        where: Atlas.name(S.within), period: label, a: Atlas.name(a.code), va: Atlas.show(a.value),
        z: Atlas.name(z.code), vz: Atlas.show(z.value)
      });
    }
    text = Atlas.titled(rows()) || text;
    $("title").textContent = text;
    const full = text.includes(slice.title) ? text : `${slice.title} – ${text}`; // as titles.py names it
    document.title = `${full} · ${document.title.split(" · ").pop()}`;
    const member = slice.members[S.member];
    const unit = !member && slice.title.toLowerCase().includes(slice.unit.toLowerCase()) ? "" : slice.unit;
    const what = Atlas.display && Atlas.display.what[Atlas.period];
    $("subtitle").textContent = [slice.title, member, unit, units(), label, what].filter(Boolean).join(", ");
    const missing = (S.country ? [S.country] : ["DE", "FR"]).filter((c) => !slice.countries.includes(c) && slice.gaps[c]);
    $("gaps").innerHTML = missing.map((c) => `<p>${escape(slice.gaps[c])}</p>`).join("");
    $("notices").hidden = S.indicator !== opened.indicator || S.level !== opened.level; // they are of what was asked for then
    const kept = document.querySelectorAll("#bottom .pictures, #bottom .keynote-links"); // their links follow the address
    $("bottom").innerHTML = slice.foot;
    const first = document.querySelector("#bottom .actions > *");
    if (first) first.after(...kept);
    for (const part of kept) part.hidden = part.matches(".pictures") && first.matches(".refusal");
    Atlas.say(text);
  };
  /* What the shown regions are called, as their country calls them. */
  function units() {
    const only = Atlas.slice.countries.length === 1 ? Atlas.slice.countries[0] : "";
    return page.units[S.level][S.country || (S.within && Atlas.country(S.within)) || only];
  }
  Atlas.say = (text, failed) => {
    $("announce").className = failed ? "failed" : "unseen";
    $("announce").textContent = text;
  };

  /* ---- table ---- */
  function ordered() {
    const sign = sort.down ? -1 : 1, compare = {
      name: (a, b) => sign * byName(a, b),
      value: (a, b) => sign * (a.value - b.value) || byCode(a, b),
      shown: (a, b) => (a.shown === null) - (b.shown === null) || sign * (a.shown - b.shown) || byCode(a, b),
      n: (a, b) => sign * ((a.n || 0) - (b.n || 0)) || byCode(a, b)
    }[sort.key];
    const all = rows();
    return all.filter((f) => f.value !== null).sort(compare).concat(all.filter((f) => f.value === null).sort(byName));
  }
  function line(f) {
    const decimals = Atlas.slice.format.decimals, flag = f.flag && escape(page.flags[f.flag]);
    const why = f.flag && Atlas.reason(f), title = why ? `${flag}${Atlas.colon}${escape(why)}` : flag;
    const name = `<th scope="row" class="name"><a href="${escape(Atlas.address({ region: f.code }))}">${escape(Atlas.name(f.code))}</a></th>`;
    const cell = (key, text) => `<td class="${key}">${text}</td>`;
    const shown = (html) => Atlas.display && Atlas.display.kind !== "value" ? cell("shown", html) : "";
    if (f.value === null) {
      return `<tr data-c="${f.code}">${cell("rank", "")}${name}${shown("")}${cell("value absent", flag)}${cell("margin", "")}${cell("n", "")}</tr>`;
    }
    const mark = f.flag ? `<abbr title="${title}" class="flag">${f.flag}</abbr>` : "";
    const note = f.note ? `<small class="note">${escape(f.note)}</small>` : "";
    return `<tr data-c="${f.code}">${cell("rank", `${Atlas.rank(f)}<small>${Atlas.country(f.code)}</small>`)}${name}${shown(escape(f.cell || "") + note)}`
      + cell("value", escape(Atlas.show(f.value)) + mark)
      + cell("margin", f.ci ? Atlas.number((f.ci[1] - f.ci[0]) / 2, decimals) : "")
      + cell("n", f.n === null ? "" : Atlas.number(f.n, 0)) + "</tr>";
  }
  Atlas.panel.table = () => {
    const slice = Atlas.slice, table = document.querySelector("#table table");
    table.tBodies[0].innerHTML = ordered().map(line).join("");
    table.caption.textContent = fill(W.caption, { indicator: slice.title, period: slice.labels[Atlas.period] });
    table.classList.toggle("without-n", !slice.n);
    table.classList.toggle("without-margin", !slice.interval);
    Atlas.panel.picked();
  };
  Atlas.panel.sort = (button) => {
    const key = button.dataset.sort;
    Object.assign(sort, { key, down: sort.key === key ? !sort.down : key !== "name" });
    document.querySelectorAll("#table th[aria-sort]").forEach((th) => th.removeAttribute("aria-sort"));
    button.parentNode.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
    Atlas.panel.table();
  };
  Atlas.panel.picked = () => {
    document.querySelectorAll("#table tr.picked").forEach((row) => row.classList.remove("picked"));
    const row = S.region && document.querySelector(`#table tr[data-c="${S.region}"]`), box = $("table");
    if (!row) return;
    row.classList.add("picked");
    const over = row.offsetTop - box.scrollTop;
    if (over < 40 || over > box.clientHeight - 40) box.scrollTop = row.offsetTop - box.clientHeight / 2;
  };

  /* ---- card ---- */
  function national() {
    const lines = ["DE", "FR"].filter((c) => Atlas.national(c) !== null)
      .map((c) => `<li><span>${escape(W[c])}</span><b>${escape(Atlas.show(Atlas.national(c)))}</b></li>`);
    return `<ul class="means">${lines.join("")}</ul><p class="small">${escape(W.pick)}</p>`;
  }
  function facts(f) {
    const decimals = Atlas.slice.format.decimals, found = f.said ? [f.said] : [];
    if (Atlas.rank(f)) found.push(fill(W.rank, { rank: Atlas.rank(f), of: f.of }));
    if (f.ci) found.push(fill(W.interval, { low: Atlas.number(f.ci[0], decimals), high: Atlas.number(f.ci[1], decimals) }));
    if (f.n !== null) found.push(fill(W.base, { n: Atlas.number(f.n, 0) }));
    const mean = Atlas.national(Atlas.country(f.code)), { kind, diverging, format } = Atlas.slice;
    if (mean !== null && kind === "rate" && !diverging && f.code !== Atlas.country(f.code)) {
      const unit = format.suffix.includes("%") ? `\u00a0${W.pp}` : format.suffix;
      found.push(fill(W.gap, {
        difference: Atlas.number(f.value - mean, format.decimals, true) + unit, country: W[Atlas.country(f.code)]
      }));
    }
    return `<ul class="facts">${found.map((text) => `<li>${escape(text)}</li>`).join("")}</ul>`;
  }
  Atlas.panel.card = () => {
    const code = S.region || S.within, f = code && Atlas.figureOf(code, Atlas.panel.card);
    if (f === undefined) return; // its slice is on the way: the card stays
    if (!f) { $("card").innerHTML = national(); return; }
    let html = `<h2>${escape(Atlas.name(code))}</h2>`;
    if (f.value === null) html += `<p class="big absent">${escape(page.flags[f.flag])}</p>`;
    else {
      const flag = f.flag ? `<small class="flagword">${escape(page.flags[f.flag])}</small>` : "";
      html += `<p class="big">${escape(Atlas.show(f.value))}${flag}</p>${facts(f)}`;
    }
    if (Atlas.reason(f)) html += `<p class="small">${escape(Atlas.reason(f))}</p>`;
    html += `<p class="more"><a href="${escape(fill(page.region, { code }))}">${escape(W.open)}</a></p>`;
    const level = code === S.within ? "" : Atlas.next(code);
    if (level) {
      const label = fill(W.drill, { units: page.units[level][Atlas.country(code)], region: Atlas.name(code) });
      const href = escape(Atlas.address({ within: code, level, region: "" }));
      html += `<a class="button" data-drill="${code}" href="${href}">${escape(label)}</a>`;
    }
    $("card").innerHTML = html;
  };

  /* ---- breadcrumb and controls ---- */
  Atlas.panel.crumbs = () => {
    const steps = [["", { "": W.both, DE: W.DE, FR: W.FR }[S.country]]];
    if (S.within) steps.push(...Atlas.above(S.within).reverse().map((c) => [c, Atlas.name(c)]));
    const last = steps.pop(), link = ([code, name]) =>
      `<li><a data-within="${code}" href="${escape(Atlas.address({ within: code, region: "", level: "" }))}">${escape(name)}</a></li>`;
    document.querySelector("#crumbs ol").innerHTML = steps.map(link).join("")
      + `<li><span aria-current="location">${escape(last[1])}</span></li>`;
  };
  Atlas.panel.links = () => {
    const slice = Atlas.slice, only = slice.countries.length === 1 ? slice.countries[0] : "";
    const levels = slice.levels.filter((level) => level !== "country");
    $("level-choices").innerHTML = (levels.length ? levels : ["country"]).map((level) =>
      `<a data-level="${level}" href="${escape(Atlas.address({ level, region: "" }))}"`
      + `${level === S.level ? ' aria-current="true"' : ""}>${escape(page.units[level][S.country || only])}</a>`).join("");
    document.querySelectorAll("a[data-country]").forEach((a) => {
      a.href = Atlas.address({ country: a.dataset.country, within: "", region: "" });
    });
    document.querySelectorAll("a[data-lang]").forEach((a) => {
      a.href = Atlas.address({}).replace(`/${page.lang}/`, `/${a.dataset.lang}/`);
    });
  };
  Atlas.panel.picker = () => {
    const slice = Atlas.slice, codes = Object.keys(slice.members);
    $("picker").open = false;
    $("picker-title").textContent = slice.title;
    $("picker-theme").textContent = page.themes[slice.theme];
    document.querySelectorAll("a[data-indicator]").forEach((a) => {
      if (a.dataset.indicator === S.indicator) a.setAttribute("aria-current", "true"); else a.removeAttribute("aria-current");
    });
    $("member-form").hidden = !codes.length;
    $("member-label").textContent = slice.dimension;
    $("member").innerHTML = codes.map((code) =>
      `<option value="${escape(code)}"${code === S.member ? " selected" : ""}>${escape(slice.members[code])}</option>`).join("");
  };
  Atlas.panel.search = (text) => {
    const plain = (s) => s.toLowerCase().normalize("NFD").replace(/[\u0300-\u036f]/g, "");
    const wanted = plain(text).split(/\s+/);
    let any = false;
    document.querySelectorAll("#picker section").forEach((group) => {
      const items = [...group.querySelectorAll("li")], theme = group.firstChild.textContent;
      items.forEach((li) => { li.hidden = !wanted.every((w) => plain(`${li.textContent} ${theme}`).includes(w)); });
      group.hidden = items.every((li) => li.hidden);
      any = any || !group.hidden;
    });
    $("picker-empty").hidden = any;
  };

  /* ---- legend and time ---- */
  Atlas.panel.legend = (fresh) => {
    if (fresh) {
      $("legend").innerHTML = Atlas.slice.legend;
      document.querySelectorAll("#legend [data-countries]").forEach((bar) => {
        bar.hidden = S.country && !bar.dataset.countries.includes(S.country);
      });
    }
    const means = {};
    for (const c of S.country ? [S.country] : ["DE", "FR"]) {
      const value = Atlas.national(c), scale = Atlas.scaleOf(c);
      if (Atlas.display) scale && (scale.limits = Atlas.display.limits && Atlas.display.limits[c]);
      if (value !== null && scale && scale.limits) means[c] = { value, text: Atlas.show(value), name: W[c], limits: scale.limits };
    }
    AtlasMap.legend($("legend"), means);
  };
  Atlas.panel.time = () => {
    const slice = Atlas.slice, range = $("period"), label = slice.labels[Atlas.period];
    $("time").hidden = slice.periods.length < 2;
    range.max = slice.periods.length - 1;
    range.value = Atlas.period;
    range.setAttribute("aria-valuetext", label);
    $("period-now").textContent = label;
  };
  Atlas.panel.tip = (code) => {
    const f = Atlas.drawn[code];
    if (!f) return "";
    const small = (text) => `<small>${escape(text)}</small>`, head = `<b>${escape(Atlas.name(code))}</b>`;
    if (f.value === null) return `${head}<span>${escape(page.flags[f.flag])}</span>`;
    return `${head}<span>${escape(Atlas.show(f.value))}${f.flag ? ` · ${escape(page.flags[f.flag])}` : ""}</span>`
      + (f.said ? small(f.said) : "") + (f.flag && Atlas.reason(f) ? small(Atlas.reason(f)) : "")
      + (Atlas.rank(f) ? small(fill(W.rank, { rank: Atlas.rank(f), of: f.of })) : "")
      + (f.n === null ? "" : small(fill(W.base, { n: Atlas.number(f.n, 0) })));
  };
})();
