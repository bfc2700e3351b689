/* The map's key, for figures that arrive as numbers (another year): AtlasMap.mark and AtlasMap.legend. After map.js. */

/* How a figure is drawn, the rule of dashboard/map/scene.py `mark`; a browser test holds the two together.
Returns [CSS classes, radius as a share of the largest circle's (0 draws zero) or null]. */
AtlasMap.mark = (value, status, scale) => {
	if (value == null || !scale) return [/^[cmz]$/.test(status) ? status : "m", null];
	const {limits, diverging} = scale, overlay = /^[ua]$/.test(status) ? " " + status : "";
	if (scale.kind === "circles") return ["n" + overlay, value < 0 ? null : Math.sqrt(value / limits[0])];
	const shade = limits.filter((limit) => limit <= value).length * 5 / (limits.length || 1);
	return [(diverging ? "d" : "q") + Math.floor(shade + 0.5) + overlay, value || diverging ? null : 0];
};

/* Keeps the server's legend true. means: country → {value, text, name, limits} of the year shown; countries without
one lose their mark. Called by map.js without arguments when years or zoom change, with the last element and means. */
AtlasMap.legend = (element, means) => {
	const key = AtlasMap.legend;
	key.element = element || key.element;
	key.means = means || key.means;
	if (!key.element) return;
	const all = (selector) => key.element.querySelectorAll(selector);
	const drawn = document.querySelectorAll(".am-regions [data-c]:not([aria-hidden])");
	const found = new Set([...drawn].flatMap((path) => [...path.classList]));
	if (document.querySelector(".am-circles .zero:not([aria-hidden])")) found.add("0");
	for (const sign of all("[data-k]")) sign.hidden = !found.has(sign.dataset.k);
	for (const bar of all(".am-scale")) AtlasMap.counts(bar, drawn);
	for (const size of all("[data-r]")) {
		const pixels = size.dataset.r / AtlasMap.unit;
		size.style.setProperty("--u", AtlasMap.unit);
		size.hidden = !(pixels >= 3 && pixels <= 36);
	}
	for (const part of key.means ? all("[data-mean]") : []) {
		const {mean, sign} = part.dataset, now = key.means[mean];
		part.hidden = !now;
		if (!now) continue;
		if (part.matches("span")) part.textContent = `${sign} ${now.name} ${now.text}`;
		else part.style.left = 100 * AtlasMap.place(now.value, now.limits) + "%";
	}
};

/* How many of the drawn regions each class of a bar has: svg.py `_bar`. */
AtlasMap.counts = (bar, drawn) => {
	const found = {};
	for (const {classList, dataset} of drawn) {
		if (bar.dataset.countries.includes(dataset.c.slice(0, 2))) found[classList[0]] = (found[classList[0]] || 0) + 1;
	}
	const counts = [...bar.querySelectorAll("[data-fill]")], most = Math.max(1, ...counts.map(({dataset}) => found[dataset.fill] || 0));
	for (const count of counts) {
		count.textContent = found[count.dataset.fill] || 0;
		count.closest("li").firstElementChild.style.setProperty("--n", count.textContent / most);
	}
};

/* Where a value stands on a bar of equal classes, 0…1: svg.py `_place`. */
AtlasMap.place = (value, limits) => {
	const i = limits.filter((limit) => limit <= value).length;
	const part = i && limits[i] !== undefined ? (value - limits[i - 1]) / (limits[i] - limits[i - 1]) : 0.5;
	return (i + part) / (limits.length + 1);
};
