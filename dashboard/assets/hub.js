/* The map of a territory: keys, pointer and tooltip; a region picked twice leads to its page. */
(() => {
  "use strict";
  const root = document.getElementById("hub-map");
  if (!root || !window.AtlasMap) return;
  const asof = new URLSearchParams(location.search).get("asof");
  const make = (name, text) => Object.assign(document.createElement(name), { textContent: text }).outerHTML;
  AtlasMap.legend(document.getElementById("legend"));
  AtlasMap.mount(root, {
    ondrill: (code) => location.assign(`${root.dataset.region}/${code}${asof ? `?asof=${encodeURIComponent(asof)}` : ""}`),
    onup: () => {},
    tip: (code) => {
      const [name, ...rest] = root.querySelector(`[data-c="${code}"]`).getAttribute("aria-label").split(": ");
      return make("b", name) + make("span", rest.join(": "));
    }
  });
  document.documentElement.dataset.ready = "";
})();
