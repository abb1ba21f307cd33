/** The server's own requests and their results, as in `docs/protocol.md`; ranges are LSP's, not the editor's. */

import type { Location, Range } from "vscode-languageclient";

export interface SearchParams {
  query: string;
  limit?: number;
}

export interface RelatedParams {
  textDocument: { uri: string };
  position: { line: number; character: number };
  limit?: number;
}

/** One symbol of a result. */
export interface Found {
  name: string;
  qualifiedName: string;
  /** LSP's SymbolKind, which counts from 1; the editor's own counts from 0. */
  kind: number;
  language: string;
  containerName?: string;
  signature: string;
  documentation?: string;
  location: Location;
  selectionRange: Range;
  /** 0 to 1; from `PROBABLY_RELEVANT` on it is probably what was meant. */
  score: number;
  explanation?: { signals: Record<string, number> };
}

export const PROBABLY_RELEVANT = 0.5;

/** A score in percent, rounded down, so that nothing below 0.5 is shown as 50. */
export function percentOf(score: number): number {
  return Math.floor(score * 100 + 1e-6);
}

export interface Coverage {
  files: number;
  indexedFiles: number;
  symbols: number;
  skippedFiles: number;
}

export interface SearchResult {
  results: Found[];
  isIncomplete: boolean;
  coverage: Coverage;
  tookMs: number;
  /** What was searched for instead, where a word was taken for misspelt. */
  correctedQuery?: string;
}

export interface IndexFacts {
  path: string;
  bytes: number;
  generation: number;
  model: { name: string; dimensions: number; fingerprint: string };
  clusters: number;
  probes: number;
  recallAt10: number | null;
}

export interface Status {
  state: "starting" | "indexing" | "ready" | "paused" | "failed";
  message?: string;
  coverage: Coverage;
  index: IndexFacts | null;
  folders: { uri: string }[];
  /** The files of what runs; null where nothing does, or they are not counted yet. */
  work: { done: number; total: number } | null;
  metrics: {
    filesPerSecond: number | null;
    searchMs: { p50: number | null; p99: number | null };
    residentBytes: number | null;
  };
}

export interface PathExplanation {
  indexed: boolean;
  reason: string;
  /** `file` is the absolute path of an ignore file, or `RULE_OF_SETTINGS`. */
  rule?: { file: string; line: number; pattern: string };
}

/** The rule's `file` when a pattern of `indexing.exclude` decided. */
export const RULE_OF_SETTINGS = "settings";

/** The values of `kind:` and `lang:` in a query. */
export interface Filters {
  kinds: string[];
  languages: { id: string; aliases: string[] }[];
}

type NoParams = Record<string, never>;

/** Every request of ours: its parameters and its result. */
export interface Requests {
  semanticSearch: [SearchParams, SearchResult];
  "semanticSearch/related": [RelatedParams, SearchResult];
  "semanticSearch/filters": [NoParams, Filters];
  "semanticSearch/status": [NoParams, Status];
  "semanticSearch/pause": [NoParams, Status];
  "semanticSearch/resume": [NoParams, Status];
  "semanticSearch/rebuild": [NoParams, Status];
  "semanticSearch/explainPath": [{ uri: string }, PathExplanation];
}

export const DID_CHANGE_STATUS = "semanticSearch/didChangeStatus";
