/** What a bench reports. */
export interface Figure {
  readonly what: string
  readonly measured: number
  /** `×` for ratios. */
  readonly unit: string
  /** The design's budget, in words. */
  readonly budget: string | undefined
  /** The absolute values behind a ratio, for the curious. */
  readonly note: string
}

/** A ratio with the two medians it came from. */
export function ratio(
  what: string,
  { a, b, ratio: measured }: { readonly a: number; readonly b: number; readonly ratio: number },
  budget: string,
  unit = 'ms',
): Figure {
  return { what, measured, unit: '×', budget, note: `${a.toFixed(1)} / ${b.toFixed(1)} ${unit}` }
}
