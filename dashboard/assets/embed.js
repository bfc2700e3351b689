/* The map in a frame: keys, pointer and tooltip; a region picked twice opens its page in another tab. */
(() => {
  "use strict";
  const root = document.getElementById("embed-map");
  if (!root || !window.AtlasMap) return;
  const make = (name, text) => Object.assign(document.createElement(name), { textContent: text }).outerHTML;
  const page = (code) => document.querySelector(`tr[data-c="${code}"] a`);
  AtlasMap.legend(document.getElementById("legend"));
  AtlasMap.mount(root, {
    ondrill: (code) => page(code)?.click(),
    onup: () => {},
    tip: (code) => {
      const [name, ...rest] = root.querySelector(`[data-c="${code}"]`).getAttribute("aria-label").split(": ");
      return make("b", name) + make("span", rest.join(": "));
    }
  });
  document.documentElement.dataset.ready = "";
})();
