/* Fields to be copied: the button, and on the map, whose address is its state, the text of the view on screen. */
(() => {
  "use strict";
  const TEX = { "\\": "\\textbackslash{}", "~": "\\textasciitilde{}" };
  const tex = (text) => text.replace(/[\\~&%$#_{}]/g, (sign) => TEX[sign] || `\\${sign}`);
  const HTML = { "&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "#x27" };
  const html = (text) => text.replace(/[&<>"']/g, (sign) => `&${HTML[sign]};`);
  const filled = (area) => {
    const details = area.closest("details"), { build } = area.closest(".actions").dataset, heading = document.getElementById("title");
    const url = new URL(heading ? location : details.dataset.address, location), code = details.className === "embed-code";
    url.hash = "";
    if (area.id === "copy-live") url.searchParams.delete("asof"); else url.searchParams.set("asof", build);
    if (code) url.pathname = `/embed${url.pathname}`;
    const title = heading ? heading.textContent : details.dataset.title, spelt = code ? html : area.id === "copy-bibtex" ? tex : String;
    area.value = area.dataset.template.replaceAll("{title}", () => spelt(title)).replaceAll("{address}", () => code ? html(url.href) : url.href);
  };
  document.addEventListener("toggle", ({ target }) => {
    if (!target.open || !target.closest?.(".actions")) return;
    target.querySelectorAll("textarea[data-template]").forEach(filled);
    target.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  }, true);
  document.addEventListener("atlas:shown", () => document.querySelectorAll(".actions details[open] textarea[data-template]").forEach(filled));
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-copy]"), area = button && document.getElementById(button.dataset.copy);
    if (!area) return;
    area.select();
    const done = () => {
      const said = button.textContent;
      if (said === button.dataset.done) return;
      button.textContent = button.dataset.done;
      setTimeout(() => { button.textContent = said; }, 2000);
    };
    if (navigator.clipboard) navigator.clipboard.writeText(area.value).then(done, () => document.execCommand("copy") && done());
    else if (document.execCommand("copy")) done();
  });
})();
