/* The small maps of a comparison move together: one hand zooms all, one pointer or focus names a region in each. */
(() => {
  "use strict";
  const roots = [...document.querySelectorAll("[data-maps] [data-map]")];
  if (!roots.length) return;
  const bold = (text) => Object.assign(document.createElement("b"), { textContent: text }).outerHTML;
  const label = (root, code) => root.querySelector(`path[data-c="${code}"]`)?.getAttribute("aria-label");
  const numbers = (text) => text.split(" ").map(Number);
  // AtlasMap.mount gives its functions to the one AtlasMap; a copy keeps those of this map.
  const maps = roots.map((root) => ({
    root, svg: root.querySelector(".am-svg"), said: root.parentElement.querySelector(".said"),
    ...AtlasMap.mount(root, {
      tip: (code) => bold(label(root, code)),
      onselect: (code) => maps.forEach((map) => map.select(code)),
    }),
  }));

  /* The view as a share of the whole map, so that maps of different places can follow each other. */
  const share = ({ svg }) => {
    const [x, y, w] = numbers(svg.getAttribute("viewBox")), [bx, by, bw] = numbers(svg.dataset.base);
    return [(x - bx) / bw, (y - by) / bw, w / bw];
  };
  const same = (a, b) => a.every((side, i) => Math.abs(side - b[i]) < 1e-4);
  const follow = (leader) => maps.forEach((map) => {
    const wanted = share(leader), [bx, by, bw, bh] = numbers(map.svg.dataset.base);
    if (map !== leader && !same(wanted, share(map))) {
      map.set([bx + wanted[0] * bw, by + wanted[1] * bw, wanted[2] * bw, wanted[2] * bh]);
    }
  });
  maps.forEach((map) => new MutationObserver(() => follow(map)).observe(map.svg, { attributeFilter: ["viewBox"] }));

  const meet = (code) => maps.forEach(({ root, said }) => {
    root.querySelectorAll(".met").forEach((path) => path.classList.remove("met"));
    if (code) root.querySelector(`path[data-c="${code}"]`)?.classList.add("met");
    said.textContent = (code && label(root, code)) || "\u00a0";
  });
  roots.forEach((root) => {
    const met = ({ target }) => meet(target.dataset?.c);
    root.addEventListener("pointerover", met);
    root.addEventListener("focusin", met);
    root.addEventListener("pointerleave", () => meet());
    root.addEventListener("focusout", () => meet());
  });
})();
