/* More hands for the map of map.js: Shift and arrows move it, a double click or tap zooms, and hints say how, when a
wheel or one finger scrolls the page instead. Its container has the hints in data-wheel and data-touch. */
(() => {
	const root = document.querySelector("[data-map]"), svg = root?.querySelector(".am-svg"), STEP = .2;
	if (!svg) return;
	const MOVES = {ArrowRight: [STEP, 0], ArrowLeft: [-STEP, 0], ArrowDown: [0, STEP], ArrowUp: [0, -STEP]};
	const zoomed = () => root.classList.contains("am-zoomed");
	let timer = 0, hint = null, last = null;

	root.addEventListener("keydown", (e) => {
		const by = e.shiftKey && MOVES[e.key];
		if (!by || !zoomed() || e.ctrlKey || e.altKey || e.metaKey) return;
		e.preventDefault();
		e.stopPropagation();
		AtlasMap.pan(...by);
	}, true);

	/* A double click or tap; on a region that falls apart it has drilled already. (Touch has no dblclick of its own.) */
	svg.addEventListener("click", (e) => {
		const code = e.target.dataset.c, box = svg.getBoundingClientRect(), before = last;
		last = e;
		if (!before || e.timeStamp - before.timeStamp > 350 || Math.hypot(e.clientX - before.clientX, e.clientY - before.clientY) > 30) return;
		last = null;
		if (code && window.Atlas?.slice && Atlas.next(code)) return;
		AtlasMap.zoom(1.6, [(e.clientX - box.left) / box.width, (e.clientY - box.top) / box.height]);
	});

	function say(text) {
		if (!text) return;
		if (!hint) root.append(hint = Object.assign(document.createElement("p"), {className: "am-hint", ariaHidden: true}));
		hint.textContent = text;
		hint.hidden = false;
		clearTimeout(timer);
		timer = setTimeout(() => { hint.hidden = true; }, 2500);
	}
	svg.addEventListener("wheel", (e) => { if (!e.ctrlKey && !e.metaKey) say(root.dataset.wheel); }, {passive: true});
	svg.addEventListener("touchmove", (e) => { if (!e.touches[1] && zoomed()) say(root.dataset.touch); }, {passive: true});
	svg.addEventListener("touchstart", (e) => { if (e.touches[1] && hint) hint.hidden = true; }, {passive: true});
})();
