/* The parts of the map page that the server draws: dashboard/parts.py. They follow the view; each address is asked once. */
(() => {
  "use strict";
  const Atlas = window.Atlas;
  if (!Atlas) return;
  const { page, state: S } = Atlas, got = {}, lines = document.querySelector(".am-steps");
  const wanted = { steps: () => S.lines, breakdown: () => Object.keys(Atlas.slice.members).length > 1 };
  const show = (place, { html = "", svg }) => {
    place.innerHTML = html;
    if (place.dataset.part === "steps") lines.innerHTML = svg || "";
  };
  let first = true, level = S.level;

  function follow() {
    document.querySelectorAll("a[data-lines]").forEach((a) => {
      a.href = Atlas.address({ lines: a.dataset.lines });
      if (a.dataset.lines === S.lines) a.setAttribute("aria-current", "true"); else a.removeAttribute("aria-current");
    });
    if (level !== S.level) lines.replaceChildren(); // those of another level
    level = S.level;
    document.querySelectorAll("[data-part]").forEach((place) => {
      const name = place.dataset.part, query = new URL(Atlas.address({}), location).search.slice(1);
      const url = wanted[name]() ? `${page.part}${name}.json?${query}&v=${page.build}` : "";
      if (place.dataset.at === url) return;
      place.dataset.at = url;
      if (first) return; // the server has drawn it
      if (!url) return show(place, {});
      got[url] = got[url] || fetch(url).then((answer) => { if (!answer.ok) throw new Error(url); return answer.json(); });
      got[url].then((answer) => { if (place.dataset.at === url) show(place, answer); })
        .catch(() => { delete got[url]; if (place.dataset.at === url) { show(place, {}); Atlas.say(Atlas.words.failed, true); } });
    });
    first = false;
  }
  document.addEventListener("atlas:shown", follow);

  /* ---- on paper: light, and with the address ---- */
  const root = document.documentElement;
  let theme;
  addEventListener("beforeprint", () => {
    document.getElementById("printed-address").textContent = location.href;
    theme = root.dataset.theme;
    root.dataset.theme = "light";
  });
  addEventListener("afterprint", () => { if (theme) root.dataset.theme = theme; else delete root.dataset.theme; });

  document.addEventListener("click", (event) => {
    const a = event.target.closest("a[data-lines]");
    if (!a || !Atlas.slice || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    Atlas.go({ lines: a.dataset.lines });
  });
})();
