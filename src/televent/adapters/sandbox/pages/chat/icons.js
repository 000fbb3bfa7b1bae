// Icons as lines of 24 × 24, drawn in the colour of the text: no font has to know them.
const LINES = {
  add: "M12 5v14M5 12h14", attach: "M20 11.5 12 19.4a5 5 0 0 1-7-7l8.4-8.4a3.4 3.4 0 0 1 4.8 4.8l-8.4 8.4a1.7 1.7 0 0 1-2.4-2.4l7.7-7.7",
  split: "M4 5h16v14H4zM12 5v14", trouble: "M13 3 5 14h6l-1 7 8-11h-6z", mail: "M4 6h16v12H4zm0 1 8 6 8-6", settings: "M12 5.2v.6M12 11.7v.6M12 18.2v.6",
  send: "M5 12h13M12 5.5l6.5 6.5-6.5 6.5", menu: "M15 5 9 19", group: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 8a6 6 0 0 1 12 0m1-8a2.6 2.6 0 1 0 0-5.2M18 13.5a5.5 5.5 0 0 1 3.5 5.5",
  file: "M7 3h7l4 4v14H7zM14 3v4h4", location: "M12 21s-7-6.2-7-11.5a7 7 0 0 1 14 0C19 14.8 12 21 12 21Zm0-9a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z", contact: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 9a8 8 0 0 1 16 0",
};

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), path = document.createElementNS(svg.namespaceURI, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" })) svg.setAttribute(key, value);
  path.setAttribute("d", LINES[name]);
  svg.append(path);
  return svg;
}
