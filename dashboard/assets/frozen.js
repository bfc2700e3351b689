/* On a frozen page: links that scripts wrote stay frozen, too, and on the map the signs of what has changed follow the view. */
(() => {
  "use strict";
  const asof = new URLSearchParams(location.search).get("asof"), Atlas = window.Atlas;
  if (!asof) return;
  const stay = ({ target }) => {
    const a = target.closest?.("a[href]");
    if (!a || a.origin !== location.origin || !/^\/[a-z]{2}\/(?!feeds\/|desk\b)/.test(a.pathname)) return;
    const live = "live" in a.dataset, url = new URL(live ? location : a.href);
    if (live) url.searchParams.delete("asof");
    else if (!url.searchParams.has("asof")) url.searchParams.set("asof", asof);
    a.href = url;
  };
  for (const kind of ["pointerdown", "focusin", "click"]) document.addEventListener(kind, stay, true);

  const marks = document.querySelector(".am-since"), body = document.querySelector("#table tbody"), said = document.getElementById("since");
  if (!Atlas || !marks) return;
  const { page } = Atlas, got = {};
  let found = Object.fromEntries([...body.querySelectorAll(".since")].map((e) => [e.closest("tr").dataset.c, e.textContent]));
  let at = "";
  const rows = () => Object.entries(found).forEach(([code, text]) => {
    const cell = body.querySelector(`tr[data-c="${code}"] .value`);
    if (cell && !cell.querySelector(".since")) cell.append(Object.assign(document.createElement("small"), { className: "since", textContent: text }));
  });
  const show = ({ sign, regions, html }) => {
    found = regions;
    said.innerHTML = html;
    marks.replaceChildren(...Object.keys(regions).flatMap((code) => {
      const path = document.querySelector(`.am-regions [data-c="${code}"]`);
      if (!path) return [];
      const [x, y] = path.dataset.p.split(/[ ,]/), text = document.createElementNS(marks.namespaceURI, "text");
      text.setAttribute("x", x);
      text.setAttribute("y", y);
      text.textContent = sign;
      return [text];
    }));
    body.querySelectorAll(".since").forEach((e) => e.remove());
    rows();
  };
  new MutationObserver(rows).observe(body, { childList: true });
  document.addEventListener("atlas:shown", () => {
    const query = new URL(Atlas.address({ region: "" }), location).search.slice(1), url = `${page.part}changed.json?${query}`;
    const first = !at;
    if (at === url) return;
    at = url;
    if (first) return; // the server has drawn it
    marks.replaceChildren();
    found = {};
    got[url] = got[url] || fetch(url).then((answer) => { if (!answer.ok) throw new Error(url); return answer.json(); });
    got[url].then((answer) => { if (at === url) show(answer); }).catch(() => { delete got[url]; });
  });
})();
