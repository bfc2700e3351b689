/* Remembers the tray on this device. Without a script the link leads to a tray of that one view; with it the view is added here. */
(function () {
  "use strict";
  var KEY = "atlas-keynote", LOOK = "atlas-keynote-look", MOST = 40;

  function kept() {
    try {
      var found = JSON.parse(localStorage.getItem(KEY) || "[]");
      return Array.isArray(found) ? found.filter(function (each) { return each && typeof each.v === "string"; }) : [];
    } catch (error) { return []; }
  }
  function look() {
    try { return JSON.parse(localStorage.getItem(LOOK) || "{}") || {}; } catch (error) { return {}; }
  }
  function keep(tray, dress) {
    try {
      localStorage.setItem(KEY, JSON.stringify(tray));
      if (dress) localStorage.setItem(LOOK, JSON.stringify(dress));
    } catch (error) { /* private windows have no memory */ }
  }
  function address(base, tray) {
    var query = new URLSearchParams(), dress = look();
    ["name", "theme"].forEach(function (each) { if (typeof dress[each] === "string" && dress[each]) query.append(each, dress[each]); });
    tray.forEach(function (each, i) {
      query.append("v", each.v);
      if (each.title) query.append("title." + (i + 1), each.title);
    });
    var text = query.toString().replace(/%2F/g, "/").replace(/%3F/g, "?").replace(/%3D/g, "=").replace(/%3A/g, ":").replace(/%2C/g, ",");
    return base + (text ? "?" + text : "");
  }
  function say(place, words, tray, base) {
    place.textContent = "";
    var link = document.createElement("a");
    link.href = address(base, tray);
    link.textContent = words.replace("{n}", tray.length);
    place.appendChild(link);
  }

  /* A reader who comes back finds her tray again. */
  function remind() {
    var link = document.querySelector("a[data-keynote]"), place = link && link.parentElement.querySelector(".keynote-said"), tray = kept();
    if (place && !place.firstChild && tray.length) say(place, link.getAttribute("data-kept"), tray, link.getAttribute("data-tray"));
  }
  remind();
  document.addEventListener("atlas:shown", remind);

  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest("a[data-keynote]");
    if (link) {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      var view = new URL(link.href).searchParams.get("v");
      if (link.getAttribute("data-keynote") === "map") view = "map" + location.search.replace(/([?&])asof=[^&]*&?/, "$1").replace(/[?&]$/, "");
      var tray = kept(), full = tray.length >= MOST;
      if (!full) { tray.push({ v: view, title: "" }); keep(tray); }
      say(link.parentElement.querySelector(".keynote-said"), link.getAttribute(full ? "data-full" : "data-added"), tray, link.getAttribute("data-tray"));
      return;
    }
    if (event.target.closest && event.target.closest("a[data-forget]")) keep([], {});
  });

  var page = document.querySelector("#keynote [data-kept]");
  if (!page) return;
  var query = new URLSearchParams(location.search), here = query.getAll("v"), added = query.get("add");
  if (here.length || added) {
    var links = document.querySelectorAll(".keynote-list .keynote-name a");
    keep(Array.prototype.map.call(links, function (link, i) {
      return { v: link.getAttribute("href").replace(/^\/[a-z]{2}\//, ""), title: query.get("title." + (i + 1)) || "" };
    }), { name: query.get("name") || "", theme: query.get("theme") || "" });
  } else {
    var found = kept();
    if (found.length) document.querySelector("[data-empty]").hidden = true;
    if (found.length) say(document.getElementById("keynote-said"), page.getAttribute("data-kept"), found, page.getAttribute("data-tray"));
  }
})();
