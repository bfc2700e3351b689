/* A place found on the map page is picked on the map. `reach` is that of dashboard/lookup.py; a browser test compares. */
(() => {
  "use strict";
  const Atlas = window.Atlas, form = document.getElementById("find");
  if (!Atlas || !form) return;

  /* A region and those below that are the same territory: DE3, DE30, DE300. */
  const line = (code) => {
    const inside = Object.keys(Atlas.regions).filter((c) => Atlas.regions[c][1] === code);
    return inside.length === 1 && Atlas.regions[code][1] ? [code, ...line(inside[0])] : [code];
  };
  /* The view in which a region is picked, drilled to where it is small; without figures for it, the next around it. */
  form.reach = (code) => {
    const { regions, slice, state } = Atlas, offered = slice.levels.filter((level) => level !== "country");
    for (let c = code; regions[c][1]; c = regions[c][1]) {
      const same = line(c);
      for (const level of [state.level, ...offered]) {
        const region = offered.includes(level) && same.find((one) => regions[one][2].includes(level));
        if (!region) continue;
        const chain = Atlas.above(region), land = chain.at(-1);
        if (level === "land") return { level, region, within: "" };
        if (state.within && chain.slice(1).includes(state.within)) return { level, region, within: state.within };
        return { level, region, within: line(land).includes(region) ? "" : land };
      }
    }
    return { region: code.slice(0, 2), within: "" };
  };
  form.addEventListener("atlas:find", (event) => {
    if (!Atlas.slice) return; // not ready yet: the address does it
    event.preventDefault();
    const place = event.detail, to = form.reach(place.region), { state, regions } = Atlas;
    if (state.country && regions[place.region][3] !== state.country) {
      location.assign(Atlas.address({ ...to, country: "" }));
      return;
    }
    Atlas.go(to).then(() => {
      const said = Atlas.drawn[to.region] ? Atlas.sentence(to.region) : Atlas.name(to.region);
      const there = line(place.region).includes(to.region), values = { indicator: Atlas.slice.title, place: place.name, region: Atlas.name(to.region) };
      document.getElementById("card").scrollIntoView({ block: "nearest" }); // on a phone it lies below the map
      Atlas.say(there ? said : `${Atlas.fill(form.dataset.around, values)} ${said}`);
    });
  });
})();
