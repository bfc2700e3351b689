/* Map and list of partnerships point at each other without loading the page again; without this script both are links. */
(() => {
  const root = document.getElementById("partnerships");
  const svg = root && root.querySelector(".pm-svg");
  if (!svg) return;
  const said = document.getElementById("pm-said");
  const all = (id) => root.querySelectorAll(`[data-partnership="${CSS.escape(id)}"]`);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  const pick = (id, href) => {
    for (const old of root.querySelectorAll("[data-partnership][aria-current]")) old.removeAttribute("aria-current");
    for (const one of all(id)) one.setAttribute("aria-current", "true");
    const arc = svg.querySelector(`a[data-partnership="${CSS.escape(id)}"]`);
    svg.classList.toggle("picked", Boolean(arc));
    if (arc) said.textContent = arc.getAttribute("aria-label");
    history.replaceState(history.state, "", href);
  };
  const show = (element) => element.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });

  root.addEventListener("click", (event) => {
    if (event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const arc = event.target.closest(".pm-svg a[data-partnership]");
    const link = event.target.closest("a[data-show]");
    if (!arc && !link) return;
    event.preventDefault();
    const id = arc ? arc.dataset.partnership : link.dataset.show;
    pick(id, (arc || link).getAttribute("href"));
    const to = arc ? document.getElementById(id) : svg.querySelector(`a[data-partnership="${CSS.escape(id)}"]`);
    to.focus({ preventScroll: true });
    show(arc ? to : svg);
  });

  for (const [on, off] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
    const mark = (event, near) => {
      const one = event.target.closest && event.target.closest("[data-partnership]");
      if (one) for (const each of all(one.dataset.partnership)) each.classList.toggle("near", near);
    };
    root.addEventListener(on, (event) => mark(event, true));
    root.addEventListener(off, (event) => mark(event, false));
  }
})();
