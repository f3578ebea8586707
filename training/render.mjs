// Renders drawings to raw RGB on white: `node render.mjs jobs.json out.bin`, run by data.py from a folder whose
// node_modules holds the sets and sharp. jobs.json is {size, jobs: [{set, icon} or {file}, ...]}, an icon of an
// Iconify set or a picture file; out.bin gets jobs.length pictures of size*size*3 bytes, in that order. A drawing
// that librsvg refuses, or that draws nothing, comes out all white; data.py drops it.
import { createRequire } from "node:module";
import { readFileSync, openSync, writeSync, closeSync } from "node:fs";
import { join } from "node:path";

const require = createRequire(join(process.cwd(), "package.json"));
const sharp = require("sharp");
const [jobsPath, outPath] = process.argv.slice(2);
const { size, jobs } = JSON.parse(readFileSync(jobsPath, "utf8"));
sharp.concurrency(1); // one thread an icon: the work below is parallel over icons

const sets = new Map();
/** One set's icons.json, read once. */
function readSet(name) {
  if (!sets.has(name)) sets.set(name, JSON.parse(readFileSync(`node_modules/${name}/icons.json`, "utf8")));
  return sets.get(name);
}

/** A whole SVG document of one icon. Iconify stores bodies; an alias names its parent. */
function svgOf(setName, iconName) {
  const set = readSet(setName);
  let icon = set.icons[iconName];
  let alias = iconName;
  while (!icon && set.aliases?.[alias]) {
    alias = set.aliases[alias].parent;
    icon = set.icons[alias];
  }
  const width = icon.width ?? set.width ?? 16;
  const height = icon.height ?? set.height ?? 16;
  const left = icon.left ?? set.left ?? 0;
  const top = icon.top ?? set.top ?? 0;
  const box = `${left} ${top} ${width} ${height}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${size}" height="${size}" viewBox="${box}">${icon.body}</svg>`;
}

/** size*size*3 bytes of one drawing. */
async function render({ set, icon, file }) {
  try {
    const image = file ? sharp(file) : sharp(Buffer.from(svgOf(set, icon)), { limitInputPixels: false, unlimited: true });
    const resized = image.resize(size, size, { fit: "contain", background: "#ffffff" }).flatten({ background: "#ffffff" });
    return await resized.removeAlpha().toColourspace("srgb").raw().toBuffer();
  } catch (error) {
    process.stderr.write(`${file ?? `${set}:${icon}`}: ${error.message.split("\n")[0]}\n`);
    return Buffer.alloc(size * size * 3, 255);
  }
}

const out = openSync(outPath, "w");
const chunk = 16;
for (let start = 0; start < jobs.length; start += chunk) {
  const pictures = await Promise.all(jobs.slice(start, start + chunk).map(render));
  for (const picture of pictures) {
    if (picture.length !== size * size * 3) throw new Error(`a picture has ${picture.length} bytes, expected ${size * size * 3}`);
    writeSync(out, picture);
  }
  process.stdout.write(`${Math.min(start + chunk, jobs.length)}\n`);
}
closeSync(out);
