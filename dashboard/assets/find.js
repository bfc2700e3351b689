/* Find a place: the form of components/find.py as a combobox. It searches as dashboard/lookup.py does; a test compares. */
(() => {
  "use strict";
  const form = document.getElementById("find");
  if (!form) return;
  const input = form.querySelector("[name=q]"), list = form.querySelector("ul"), said = form.querySelector("[role=status]");
  let asked = null, places = [], found = [], at = 0;

  const fold = (text) => text.toLowerCase().replace(/ß/g, "ss").replace(/œ/g, "oe").replace(/æ/g, "ae").normalize("NFKD")
    .replace(/\p{M}/gu, "").replace(/([aou])e/g, "$1").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  const rank = (key, query) => {
    if (key === query) return 0;
    if (key.startsWith(query)) return 1;
    const words = key.split(" ");
    if (query.split(" ").every((part) => words.some((word) => word.startsWith(part)))) return 2;
    return query.length > 2 && key.includes(query) ? 3 : 9;
  };
  const search = (text) => {
    const query = fold(text);
    if (!query) return [];
    return places.map((place) => [Math.min(...place.keys.map((key) => rank(key, query))), place])
      .filter((pair) => pair[0] < 9)
      .sort((a, b) => a[0] - b[0] || a[1].order - b[1].order || (a[1].sort < b[1].sort ? -1 : 1)).map((pair) => pair[1]);
  };
  const load = () => asked || (asked = fetch(form.dataset.places).then((answer) => answer.json()).then((rows) => {
    places = rows.map(([name, detail, region, keys, order]) => ({ name, detail, region, keys: keys.split("|"), order, sort: fold(name) }));
  }).catch(() => { asked = null; }));

  /* ---- the list ---- */
  const close = () => { list.hidden = true; mark(-1); };
  function mark(i) {
    at = i;
    [...list.children].forEach((li, n) => li.setAttribute("aria-selected", n === i));
    if (i < 0) input.removeAttribute("aria-activedescendant"); else input.setAttribute("aria-activedescendant", `find-${i}`);
    list.children[i]?.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-expanded", !list.hidden);
  }
  function show() {
    found = search(input.value).slice(0, 8);
    list.replaceChildren(...found.map((place, i) => {
      const li = Object.assign(document.createElement("li"), { id: `find-${i}`, role: "option", textContent: place.name });
      li.append(Object.assign(document.createElement("small"), { textContent: place.detail }));
      return li;
    }));
    list.hidden = !found.length;
    said.textContent = !found.length && fold(input.value) ? form.dataset.none : "";
    mark(found.length ? 0 : -1);
  }

  /* A page may do something of its own with a place (the map picks it); else it leads to the address of the form's data-to. */
  function choose(place) {
    input.value = place.name;
    close();
    if (!form.dispatchEvent(new CustomEvent("atlas:find", { detail: place, bubbles: true, cancelable: true }))) return;
    location.assign(form.dataset.to.replace("{code}", place.region));
  }
  form.search = (text) => load().then(() => search(text));

  Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": list.id, "aria-expanded": "false" })
    .forEach(([name, value]) => input.setAttribute(name, value));
  input.addEventListener("focus", load);
  input.addEventListener("input", () => load().then(show));
  input.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => { const li = event.target.closest("li"); if (li) choose(found[[...list.children].indexOf(li)]); });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && !list.hidden) mark((at + step + found.length) % found.length);
    else if (step) load().then(show);
    else if (event.key === "Escape" && !list.hidden) close();
    else if (event.key === "Enter" && !list.hidden && found[at]) choose(found[at]);
    else return;
    event.preventDefault();
  });
})();
