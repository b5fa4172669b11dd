/** What a DApp's page may do, as headers that its own answers cannot change. */

export interface PageWish {
  /**
   * Origins it may ask besides its own. None for a release: what it may reach on the internet it
   * reaches by the `net` capability, through the gateway.
   */
  readonly connect: readonly string[]
  /** Whether it has WebAssembly among its files. */
  readonly wasm: boolean
}

const PERMISSIONS = [
  ...['accelerometer', 'autoplay', 'camera', 'clipboard-read', 'display-capture'],
  ...['encrypted-media', 'fullscreen', 'geolocation', 'gyroscope', 'hid', 'idle-detection'],
  ...['keyboard-map', 'local-fonts', 'magnetometer', 'microphone', 'midi', 'payment'],
  ...[
    'picture-in-picture',
    'publickey-credentials-get',
    'screen-wake-lock',
    'serial',
    'storage-access',
  ],
  ...['usb', 'window-management', 'xr-spatial-tracking'],
]

/**
 * Header → value; `undefined` for a header that no answer may have.
 *
 * `connect-src` keeps a page from the nodes and services of this machine, which would take it for
 * a program of its user; `frame-ancestors` and the opener policy keep other pages from driving it.
 */
export function pageHeaders({
  connect,
  wasm,
}: PageWish): Readonly<Record<string, string | undefined>> {
  const policy = [
    "default-src 'none'",
    `script-src 'self'${wasm ? " 'wasm-unsafe-eval'" : ''}`,
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self'",
    "manifest-src 'self'",
    "worker-src 'self'",
    ["connect-src 'self'", ...connect].join(' '),
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ]
  return {
    'content-security-policy': policy.join('; '),
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'permissions-policy': PERMISSIONS.map((name) => `${name}=()`).join(', '),
    // One worker for all paths would outlive the release that it came with.
    'service-worker-allowed': undefined,
    'clear-site-data': undefined,
  }
}
