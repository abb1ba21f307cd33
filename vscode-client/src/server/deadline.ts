/** A deadline for our answers, so that a slow one does not hold up those of other extensions. Pure. */

/** Runs a task with a signal that is aborted after `limitMs`; returns `fallback` when that comes first or the task fails. */
export async function within<T>(
  limitMs: number,
  fallback: T,
  task: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<T>((resolve) => {
    timer = setTimeout(() => {
      late.abort();
      resolve(fallback);
    }, limitMs);
  });
  try {
    return await Promise.race([task(late.signal).catch(() => fallback), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
