/** Maps places in a notebook's file to places in its cells: the server knows the file, the editor shows cells. Pure. */

/** A place in the text of a file: line and character, from 0. */
export interface Place {
  line: number;
  character: number;
}

/** A place in the text of a cell. */
export interface CellPlace extends Place {
  /** Which cell, from 0. */
  cell: number;
}

/** One JSON string of a cell's source: its cell, and where the text between the quotes begins and ends. */
interface Piece {
  cell: number;
  start: number;
  end: number;
}

/** Returns the place in the cells; for a place outside any source, the next source below it. */
export function cellPlace(text: string, place: Place): CellPlace | undefined {
  const offset = offsetOf(text, place);
  const pieces = piecesOf(text);
  const piece = pieces.find(({ end }) => end >= offset) ?? pieces.at(-1);
  if (piece === undefined) return undefined;
  const before = pieces.filter(({ cell, end }) => cell === piece.cell && end < piece.start);
  const within = text.slice(piece.start, Math.max(piece.start, Math.min(offset, piece.end)));
  const lines = [...before.map(({ start, end }) => text.slice(start, end)), within]
    .map(unescaped)
    .join("")
    .split("\n");
  return { cell: piece.cell, line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}

/** Returns the place in the file of a place in a cell; undefined where the file has no such line of it. */
export function filePlace(text: string, { cell, line, character }: CellPlace): Place | undefined {
  let passed = 0;
  for (const { start, end } of piecesOf(text).filter((piece) => piece.cell === cell)) {
    const lines = unescaped(text.slice(start, end)).split(/(?<=\n)/);
    const before = lines.slice(0, line - passed).join("");
    const wanted = lines[line - passed];
    if (wanted !== undefined)
      return placeOf(text, start + escaped(before + wanted.slice(0, character)).length);
    passed += lines.filter((one) => one.endsWith("\n")).length;
  }
  return undefined;
}

function placeOf(text: string, offset: number): Place {
  const lines = text.slice(0, offset).split("\n");
  return { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
}

function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function offsetOf(text: string, { line, character }: Place): number {
  let start = 0;
  for (let passed = 0; passed < line; passed++) {
    const end = text.indexOf("\n", start);
    if (end < 0) return text.length;
    start = end + 1;
  }
  return start + character;
}

function unescaped(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return text; // cut in the middle of an escape
  }
}

/** Walks the JSON as far as it is valid; the strings at `cells[i].source` and `cells[i].source[j]` are the pieces. */
function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  /** For every open array or object: the key or the index that comes next. */
  const path: (string | number)[] = [];
  let isKey = false;
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]/gs)) {
    const last = path.at(-1);
    if (token === "{") path.push("");
    else if (token === "[") path.push(0);
    else if (token === "}" || token === "]") path.pop();
    else if (token === "," && typeof last === "number") path[path.length - 1] = last + 1;
    else if (token.startsWith('"') && isKey) path[path.length - 1] = token.slice(1, -1);
    else if (token.startsWith('"')) {
      const [cells, cell, source] = path;
      if (cells === "cells" && typeof cell === "number" && source === "source")
        pieces.push({ cell, start: index + 1, end: index + token.length - 1 });
    }
    isKey = token === "{" || (token === "," && typeof path.at(-1) === "string");
  }
  return pieces;
}
