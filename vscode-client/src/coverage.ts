/** How much is indexed, and how far what runs is. Pure. */

import type { Coverage, Status } from "./protocol.ts";

/** Returns "43%" of the files. */
export function percent(coverage: Coverage): string {
  return share(seen(coverage), coverage.files);
}

/** Whether what runs is an update or a rebuild: every file is indexed, so the coverage says nothing of it. */
export function isUpdate({ state, coverage }: Status): boolean {
  return state === "indexing" && coverage.files > 0 && seen(coverage) === coverage.files;
}

/** Returns "43%" of what runs. */
export function progress(status: Status): string {
  const { done, total } = status.work ?? { done: 0, total: 0 };
  return isUpdate(status) ? share(done, total) : percent(status.coverage);
}

function seen({ indexedFiles, skippedFiles }: Coverage): number {
  return indexedFiles + skippedFiles;
}

/** Rounded down, so that 100 means all. */
function share(part: number, whole: number): string {
  return `${whole === 0 ? 0 : Math.floor((100 * part) / whole)}%`;
}
