/* On every page: the theme, and the handover from the first paint to Dash.
   The first paint stays until Dash has built its tree; then the kept parts move into it in the same task, before the
   browser paints, so that nothing flashes and nothing jumps. */
(function () {
  "use strict";
  var root = document.documentElement;
  try {
    var saved = localStorage.getItem("theme");
    if (saved) root.dataset.theme = saved;
  } catch (e) { /* no storage: the system's theme it is */ }

  var button = document.getElementById("theme");
  if (button) button.addEventListener("click", function () {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    try { localStorage.setItem("theme", root.dataset.theme); } catch (e) { /* this visit only */ }
  });

  var first = document.getElementById("first-paint"), dash = document.getElementById("dash");
  if (!first || !dash || !dash.firstElementChild) return;
  var moved = new MutationObserver(function () {
    var page = document.querySelector("#dash #root");
    if (!page || !page.firstElementChild) return;
    moved.disconnect();
    var focused = document.activeElement, at = scrollY;
    Array.prototype.forEach.call(page.querySelectorAll("div[id]"), function (slot) {
      var kept = first.querySelector("#" + CSS.escape(slot.id));
      if (kept && kept !== slot && !slot.hasChildNodes()) while (kept.firstChild) slot.appendChild(kept.firstChild);
    });
    first.remove();
    dash.hidden = false;
    scrollTo(scrollX, at);
    if (focused && focused !== document.body && dash.contains(focused)) focused.focus({ preventScroll: true });
    document.dispatchEvent(new Event("atlas:dash"));
  });
  moved.observe(dash, { childList: true, subtree: true });
})();
