/* Building a territory on the map: regions are chosen by click, Enter or Space, on the map or in the table. The set lives
in the address (`with`), so Back undoes a step and the link can be sent on. After view.js. */
(() => {
  "use strict";
  const Atlas = window.Atlas, box = document.getElementById("choose");
  if (!Atlas || !box) return;
  const { words: W, most, page } = JSON.parse(box.dataset.choose);
  const $ = (id) => document.getElementById(id), map = $("map"), table = $("table");
  let chosen = [], on = false, down = null;

  const read = () => {
    const text = new URLSearchParams(location.search).get("with");
    on = text !== null;
    chosen = (text || "").split(/[ +,]+/).filter((code) => Atlas.regions[code]).sort();
  };
  const address = Atlas.address; // the map's own moves keep the set
  Atlas.address = (changes) => address(changes) + (on ? `&with=${chosen.join("+")}` : "");

  const within = (code) => chosen.find((one) => code.startsWith(one));
  const count = () => chosen.length ? Atlas.fill(chosen.length > 1 ? W.many : W.one, { n: chosen.length }) : W.none;

  /* ---- what is seen ---- */
  function marks() {
    const svg = map.querySelector(".am-svg");
    let group = svg.querySelector(".am-chosen");
    if (!group) {
      group = document.createElementNS(svg.namespaceURI, "g");
      group.setAttribute("class", "am-chosen");
      group.setAttribute("aria-hidden", "true");
      svg.querySelector(".am-over").before(group);
    }
    const shapes = [];
    for (const path of svg.querySelectorAll(".am-regions [data-c]")) {
      const inside = on && within(path.dataset.c);
      if (on) path.setAttribute("aria-checked", Boolean(inside)); else path.removeAttribute("aria-checked");
      if (inside) {
        const shape = document.createElementNS(svg.namespaceURI, "path");
        shape.setAttribute("d", path.getAttribute("d"));
        shapes.push(shape);
      }
    }
    group.replaceChildren(...shapes);
  }
  function rows() {
    for (const row of table.querySelectorAll("tbody tr")) row.classList.toggle("chosen", Boolean(on && within(row.dataset.c)));
  }
  function chip(code) {
    const item = document.createElement("li"), button = document.createElement("button");
    Object.assign(button, { type: "button", textContent: Atlas.name(code) });
    button.dataset.remove = code;
    button.setAttribute("aria-label", Atlas.fill(W.remove, { name: Atlas.name(code) }));
    item.append(button);
    return item;
  }
  function show(said) {
    map.classList.toggle("choosing", on);
    $("choose-panel").hidden = !on;
    $("choose-begin").hidden = on;
    $("choose-list").replaceChildren(...chosen.map(chip));
    $("choose-show").hidden = $("choose-clear").hidden = !chosen.length;
    $("choose-show").href = `${page}/${chosen.join("+")}`;
    $("choose-count").textContent = said || count();
    marks();
    rows();
    Atlas.panel.links();
  }

  /* ---- what is done ---- */
  function keep(said) {
    history.pushState({ ...Atlas.state }, "", Atlas.address({}));
    show(said);
  }
  function toggle(code) {
    const name = Atlas.name(code), outer = within(code);
    if (outer && outer !== code) return show(Atlas.fill(W.inside, { name, outer: Atlas.name(outer) }));
    if (!outer && chosen.length >= most) return show(W.full);
    chosen = outer ? chosen.filter((one) => one !== code) : [...chosen.filter((one) => !one.startsWith(code)), code].sort();
    keep(Atlas.fill(outer ? W.removed : W.added, { name, count: count() }));
  }
  function mode(to) {
    on = to;
    keep();
    $(to ? "choose-done" : "choose-begin").focus();
  }

  /* The map's and the table's own handlers come after these (capture): while choosing, a region is not opened. */
  const take = (event, code) => {
    event.preventDefault();
    event.stopPropagation();
    toggle(code);
  };
  const region = (target) => {
    const path = target.closest?.(".am-regions [data-c]");
    return path && !path.ariaHidden && path.dataset.c;
  };
  map.addEventListener("pointerdown", (event) => { down = event; }, true);
  map.addEventListener("click", (event) => {
    const code = on && region(event.target), moved = down && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY);
    if (code && !(moved > 6)) take(event, code);
  }, true);
  map.addEventListener("keydown", (event) => {
    const code = on && (event.key === "Enter" || event.key === " ") && region(event.target);
    if (code) take(event, code);
  }, true);
  table.addEventListener("click", (event) => {
    const link = on && event.target.closest("tbody a");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) take(event, link.closest("tr").dataset.c);
  }, true);
  table.addEventListener("keydown", (event) => {
    const link = on && event.key === " " && event.target.closest("tbody a");
    if (link) take(event, link.closest("tr").dataset.c);
  }, true);
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button, #choose-begin");
    if (!button) return;
    event.preventDefault();
    if (button.id === "choose-begin") mode(true);
    else if (button.id === "choose-done") mode(false);
    else if (button.id === "choose-clear") { chosen = []; keep(); $("choose-done").focus(); }
    else { toggle(button.dataset.remove); $("choose-done").focus(); }
  });
  addEventListener("popstate", () => { read(); show(); });

  /* ---- start: when the map is live ---- */
  function start() {
    read();
    new MutationObserver(marks).observe(map.querySelector(".am-regions"), { childList: true });
    new MutationObserver(rows).observe(table.querySelector("tbody"), { childList: true });
    if (on) show();
  }
  const root = document.documentElement;
  if ("ready" in root.dataset) start();
  else {
    const ready = new MutationObserver(() => { if ("ready" in root.dataset) { ready.disconnect(); start(); } });
    ready.observe(root, { attributeFilter: ["data-ready"] });
  }
})();
