/* The map's hands on the SVG of dashboard/map/svg.py: paint, pointer, keyboard, zoom (docs/map.md). */
window.AtlasMap = {mount(root, opt) {
const MOVES = {ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1]};
const ENDS = {Home: 0, End: -1}, ZOOMS = {"+": 1.6, "=": 1.6, "-": .6, 0: 0};
const {abs, hypot, max, min} = Math, clamp = (v, low, high) => max(low, min(high, v));
const put = (el, attributes) => {
	for (const k in attributes) el.setAttribute(k, attributes[k]);
	return el;
};
const make = (name, attributes) => put(document.createElementNS(svg.namespaceURI, name), attributes);
const $ = (selector) => root.querySelector(selector), rect = (el) => el.getBoundingClientRect();
const svg = $(".am-svg"), list = $(".am-regions"), dots = $(".am-circles"), over = $(".am-over"), tip = $(".am-tip");
const numbers = (text) => text.split(/[ ,]/).map(Number), base = numbers(svg.dataset.base), ratio = base[3] / base[2];
const codeOf = ({dataset: {c}}) => order.includes(c) && c;
// parts: code → its <path>, with its anchor x, y and circle
let parts, order, stop, chosen, ringed, tipped, drilled, dragged, grip, frame, timer, unit;
let view = numbers(svg.getAttribute("viewBox")), home = view, fingers = {};

function read() {
	parts = {};
	for (const path of list.querySelectorAll("[data-c]")) {
		const {c, p} = path.dataset;
		[path.x, path.y] = numbers(p);
		parts[c] = path;
		if (path.ariaSelected === "true") chosen = c;
		if (!path.tabIndex) stop = c;
	}
	for (const dot of dots.children) parts[dot.dataset.c].dot = dot;
	order = Object.keys(parts).filter((code) => !parts[code].ariaHidden);
}

function geometry(json) {
	const held = list.contains(document.activeElement);
	list.replaceChildren(...Object.keys(json.regions).sort().map((code) => {
		const {d, x, y} = json.regions[code];
		return make("path", svg.dataset.countries.includes(code.slice(0, 2)) ?
			{d, class: "m", "data-c": code, "data-p": [x, y], role: "option", "aria-selected": false, "aria-label": code} :
			{d, class: "x", "aria-hidden": true});
	}));
	dots.replaceChildren();
	for (const line of $(".am-lines").children) put(line, {d: json.lines[line.classList] || ""});
	put(svg, {"data-level": json.level});
	chosen = ringed = stop = null;
	read();
	rove(order[0]);
	look(view);
	if (held) requestAnimationFrame(() => focus(stop)); // after paint, to speak the name
}

function paint(rows) {
	const drawn = [];
	for (const code in parts) {
		const path = parts[code], {k = "m", r = null, label = code} = rows[code] || {};
		put(path, {class: k, "aria-label": label});
		if (r !== null) {
			path.dot = put(path.dot || make("circle", {"data-c": code, cx: path.x, cy: path.y}), {r: r * svg.dataset.radius, class: r ? k : "zero"});
			drawn.push([r, path.dot]);
		} else path.dot = null;
	}
	dots.replaceChildren(...drawn.sort((a, b) => b[0] - a[0]).map((pair) => pair[1]));
	fade();
	if (tipped) words();
}

function fade() {
	const shown = new Set(order);
	for (const code in parts) for (const el of [parts[code], parts[code].dot]) {
		if (el) el.ariaHidden = shown.has(code) ? null : true;
	}
	AtlasMap.legend?.();
}

// codes: one or several
function within(codes) {
	order = Object.keys(parts).filter((code) => !codes || [codes].flat().some((c) => code.startsWith(c)));
	fade();
	if (!order.includes(stop)) rove(order[0]);
	home = base;
	if (codes && order[0]) {
		const boxes = order.map((code) => parts[code].getBBox()), edge = (pick, of) => pick(...boxes.map(of));
		const x = edge(min, (b) => b.x), y = edge(min, (b) => b.y);
		const w = edge(max, (b) => b.x + b.width) - x, h = edge(max, (b) => b.y + b.height) - y, pad = .16 * max(w, h);
		home = held(max(w + pad, (h + pad) / ratio), x + w / 2, y + h / 2);
	}
	look(home);
}

// The view of this width with (x, y) at its share (fx, fy)
function held(width, x, y, fx = .5, fy = .5) {
	const w = clamp(width, base[2] / 40, base[2]), h = w * ratio;
	return [clamp(x - w * fx, base[0], base[0] + base[2] - w), clamp(y - h * fy, base[1], base[1] + base[3] - h), w, h];
}
// The view `factor` times larger, what is at one share moved to another
const moved = (factor, [fx, fy] = [.5, .5], to = [fx, fy]) =>
	held(view[2] / factor, view[0] + fx * view[2], view[1] + fy * view[3], ...to);
const shareAt = (e, box = rect(svg)) => [(e.clientX - box.left) / box.width, (e.clientY - box.top) / box.height];
const shareOf = ({x, y}) => [(x - view[0]) / view[2], (y - view[1]) / view[3]];

function set(to) {
	view = to;
	root.classList.toggle("am-zoomed", to[2] < base[2]);
	AtlasMap.unit = unit = to[2] / (svg.clientWidth || 760);
	put(svg, {viewBox: to.join(" "), style: "--u:" + unit});
	for (const el of svg.querySelectorAll("pattern")) put(el, {patternTransform: `scale(${unit})`});
	AtlasMap.legend?.();
	outline();
}
function look(to) {
	const from = view, began = Date.now(), still = matchMedia("(prefers-reduced-motion)").matches;
	cancelAnimationFrame(frame);
	hide();
	(function step() {
		const rest = still ? 0 : clamp(1 - (Date.now() - began) / 200, 0, 1);
		set(from.map((side, i) => to[i] + (side - to[i]) * rest ** 3));
		if (rest) frame = requestAnimationFrame(step);
	})();
}
const zoom = (factor, at) => look(+factor ? moved(factor, at) : home);
const pan = (x, y) => look(moved(1, [0, 0], [-x, -y]));

function rove(code) {
	if (!parts[code]) return;
	if (parts[stop]) parts[stop].tabIndex = -1;
	parts[stop = code].tabIndex = 0;
}
function focus(code) {
	const path = parts[code];
	if (!path) return;
	rove(code);
	if (shareOf(path).some((at) => at < 0 || at > 1)) set(held(view[2], path.x, path.y));
	path.focus();
}
function select(code) {
	if (parts[chosen]) parts[chosen].ariaSelected = false;
	chosen = parts[code] && code;
	if (chosen) parts[code].ariaSelected = true;
	if (order.includes(code)) rove(code);
	outline();
}
function outline() {
	const shape = (code, name) => {
		const {x, y} = parts[code], {width, height} = parts[code].getBBox(), r = 10 * unit;
		const ring = max(width, height) < r && `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0`;
		over.append(make("path", {d: ring || parts[code].getAttribute("d"), class: name}));
	};
	over.replaceChildren();
	if (ringed) shape(ringed, "am-focus");
	if (chosen) ["am-casing", "am-selected"].map((name) => shape(chosen, name));
}
function neighbour(code, dx, dy) {
	let best, least = 1e9;
	for (const other of order) {
		const x = parts[other].x - parts[code].x, y = parts[other].y - parts[code].y;
		const along = x * dx + y * dy, cost = along + 2.5 * abs(x * dy - y * dx);
		if (along > 0 && cost < least) best = other, least = cost;
	}
	return best;
}
function activate(code) {
	if (drilled = code === chosen) return opt.ondrill?.(code);
	select(code);
	opt.onselect?.(code);
}

const words = () => tip.innerHTML = opt.tip?.(tipped) || "";
const stay = () => clearTimeout(timer);
function show(code, e) {
	stay();
	tipped = code;
	tip.hidden = !words();
	const {left, top, right, bottom} = rect(root), place = (side, at, size, high, zero) => {
		tip.style[side] = clamp(at + 14 + size > high ? at - 14 - size : at + 14, max(zero, 0), high - size) - zero + "px";
	};
	place("left", e.clientX, tip.offsetWidth, min(right, innerWidth), left);
	place("top", e.clientY, tip.offsetHeight, min(bottom, innerHeight), top);
}
function hide() {
	tip.hidden = true;
	tipped = null;
}
const hideSoon = () => {
	stay();
	timer = setTimeout(hide, 150);
};

root.addEventListener("focusin", ({target}) => {
	ringed = target.matches(":focus-visible") && codeOf(target);
	outline();
	if (!ringed) return;
	const box = rect(svg), [fx, fy] = shareOf(target);
	show(ringed, {clientX: box.left + fx * box.width, clientY: box.top + fy * box.height});
});
root.addEventListener("focusout", () => {
	ringed = null;
	outline();
	hideSoon();
});
list.onkeydown = (e) => {
	const {key} = e, code = codeOf(e.target);
	if (e.ctrlKey || e.metaKey || e.altKey || !code) return;
	if (MOVES[key]) focus(neighbour(code, ...MOVES[key]));
	else if (key in ENDS) focus(order.at(ENDS[key]));
	else if (key === "Enter" || key === " ") activate(code);
	else if (key === "Escape" && tipped) hide();
	else if (/^(Esc|Backs)/.test(key)) opt.onup?.();
	else if (key in ZOOMS) zoom(ZOOMS[key], shareOf(parts[code]));
	else return;
	e.preventDefault();
};
$(".am-zoom").onclick = ({target: {dataset}}) => dataset.zoom && zoom(dataset.zoom);

svg.onpointerover = (e) => {
	const code = codeOf(e.target);
	if (e.pointerType !== "touch" && !grip) code ? show(code, e) : hideSoon();
};
tip.onpointerleave = hideSoon;
tip.onpointerenter = stay;
svg.onclick = (e) => {
	const code = codeOf(e.target);
	if (!code || dragged || e.detail > 1 && drilled) return; // a double click drills once
	focus(code);
	ringed = 0;
	activate(code);
	if (parts[code]) show(code, e);
};
svg.onwheel = (e) => {
	if (!e.ctrlKey && !e.metaKey) return;
	e.preventDefault();
	set(moved(Math.exp(-e.deltaY / 200), shareAt(e)));
};
const away = ([x, y], [u, v]) => hypot(x - u, (y - v) * ratio);
const hands = () => {
	const [a, b = a] = Object.values(fingers);
	return a && [[(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], away(a, b) || 1];
};
svg.onpointerdown = (e) => {
	fingers[e.pointerId] = shareAt(e);
	grip = hands();
	dragged = !e.isPrimary;
};
svg.onpointermove = (e) => {
	const was = grip, from = fingers[e.pointerId], now = shareAt(e);
	if (!from || !dragged && (e.pointerType === "touch" || away(now, from) < .01 || view[2] === base[2])) return;
	svg.setPointerCapture(e.pointerId);
	fingers[e.pointerId] = now;
	dragged = true;
	hide();
	grip = hands();
	set(moved(grip[1] / was[1], was[0], grip[0]));
};
svg.onpointerup = svg.onpointercancel = svg.onpointerleave = (e) => {
	delete fingers[e.pointerId];
	grip = hands();
	if (/leave/.test(e.type)) hideSoon();
};
svg.ontouchmove = (e) => e.touches[1] && e.preventDefault();

read();
new ResizeObserver(() => set(view)).observe(svg);
return Object.assign(AtlasMap, {geometry, paint, within, select, neighbour, zoom, pan, set});
}};
