/* One slide at a time: keys, buttons, swipes; what is shown is announced; the place stands in the address (#slide-3). */
(function () {
  "use strict";
  var root = document.getElementById("present");
  if (!root) return;
  var slides = Array.prototype.slice.call(root.querySelectorAll(".p-slide"));
  var said = document.getElementById("p-said"), place = document.getElementById("p-place");
  var noted = document.getElementById("p-notes"), full = document.getElementById("p-full"), now = 0, start = null;
  var theme = root.getAttribute("data-theme");
  if (theme) document.documentElement.setAttribute("data-theme", theme);

  function show(to, quiet) {
    now = Math.max(0, Math.min(slides.length - 1, to));
    slides.forEach(function (slide, i) {
      slide.classList.toggle("now", i === now);
      if (i === now) slide.removeAttribute("aria-hidden"); else slide.setAttribute("aria-hidden", "true");
    });
    slides[now].scrollTop = 0;
    place.textContent = now + 1 + " / " + slides.length;
    var title = slides[now].querySelector("h2").textContent;
    if (!quiet) {
      said.textContent = said.getAttribute("data-said").replace("{n}", now + 1).replace("{of}", slides.length).replace("{title}", title);
      history.replaceState(null, "", "#slide-" + (now + 1));
    }
  }
  /* The circles of a legend are as large as those on its map, at whatever size that is shown. */
  function measure() {
    root.querySelectorAll(".p-map").forEach(function (each) {
      var drawn = each.querySelector("svg.am-svg"), at = drawn && drawn.getScreenCTM(), sizes = each.querySelectorAll(".am-sizes");
      if (at && at.a) sizes.forEach(function (list) { list.style.setProperty("--u", 1 / at.a); });
    });
  }
  function notes() {
    noted.setAttribute("aria-pressed", String(root.classList.toggle("noted")));
  }
  function screen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else if (document.documentElement.requestFullscreen) document.documentElement.requestFullscreen().catch(function () {});
  }
  function back() {
    if (document.fullscreenElement) document.exitFullscreen(); else document.getElementById("p-back").click();
  }
  var keys = {
    ArrowRight: 1, ArrowDown: 1, PageDown: 1, " ": 1, Enter: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1, Backspace: -1
  };
  document.addEventListener("keydown", function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    var control = event.target.closest && event.target.closest("a,button");
    if (control && (event.key === " " || event.key === "Enter")) return;
    if (event.key in keys) show(now + (event.shiftKey && event.key === " " ? -1 : keys[event.key]));
    else if (event.key === "Home") show(0);
    else if (event.key === "End") show(slides.length - 1);
    else if (event.key === "n" || event.key === "N") notes();
    else if (event.key === "f" || event.key === "F") screen();
    else if (event.key === "Escape") back();
    else return;
    event.preventDefault();
  });
  document.getElementById("p-before").addEventListener("click", function () { show(now - 1); });
  document.getElementById("p-next").addEventListener("click", function () { show(now + 1); });
  noted.addEventListener("click", notes);
  full.addEventListener("click", screen);
  root.addEventListener("touchstart", function (event) {
    start = event.touches.length === 1 ? [event.touches[0].clientX, event.touches[0].clientY] : null;
  }, { passive: true });
  root.addEventListener("touchend", function (event) {
    if (!start) return;
    var x = event.changedTouches[0].clientX - start[0], y = event.changedTouches[0].clientY - start[1];
    start = null;
    if (Math.abs(x) > 50 && Math.abs(x) > 2 * Math.abs(y)) show(now + (x < 0 ? 1 : -1));
  }, { passive: true });
  root.classList.add("live");
  measure();
  window.addEventListener("resize", measure);
  var asked = /^#slide-(\d+)$/.exec(location.hash);
  show(asked ? asked[1] - 1 : 0, !asked);
})();
