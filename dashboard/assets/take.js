/* "Take along": the link leads to the view on screen. The address is the state; the form is an ending of its path. */
(() => {
  "use strict";
  const follow = (event) => {
    const link = event.target.closest?.("a[data-take]");
    if (!link) return;
    const query = [location.search.slice(1), link.dataset.more].filter(Boolean).join("&");
    link.href = `${location.pathname}.${link.dataset.take}${query && `?${query}`}`;
  };
  for (const kind of ["pointerdown", "focusin", "click"]) document.addEventListener(kind, follow, true);
})();
