/* Dash, on pages with callbacks: once the page is painted. What a reader sees needs none of it, and on a slow line its
   200 kB would keep styles and letters waiting. */
(function () {
  "use strict";
  var told = document.getElementById("_dash-renderer"), begun = false;
  if (!told) return;

  function begin() {
    if (begun) return;
    begun = true;
    var last;
    Array.prototype.forEach.call(told.content.querySelectorAll("script"), function (script) {
      last = document.createElement("script");
      last.src = script.getAttribute("src");
      last.async = false; // one after the other, in this order
      document.body.appendChild(last);
    });
    last.addEventListener("load", function () { window.renderer = new window.DashRenderer(); });
  }

  try {
    new PerformanceObserver(function (_, observer) {
      observer.disconnect();
      begin();
    }).observe({ type: "paint", buffered: true });
  } catch (e) { /* a browser that does not tell: below */ }
  // A page in a tab that nobody looks at is not painted.
  addEventListener("load", function () { setTimeout(begin, 2000); });
})();
