/** Essentials, on a phone: where browsers are sent to sign in. */
export const essentials = 'https://did.web3essentials.io'
/** The wallet of `ela dev --wallet` and `ela wallet serve`. */
export const localWallet = 'http://127.0.0.1:20680/did.web3essentials.io'
/** The one origin of another page that may sign people in here, such as 'http://my-page.localhost:8600'. */
export const webOrigin: string | undefined = undefined
