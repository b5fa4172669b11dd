/**
 * What stands where ESC and EID both have native code, by address: 0x3ea verifies a signature; 0x3eb
 * to 0x3ee tell of pledge bills, of which a devnet has none, so that every call fails.
 *
 * @see Elastos.ELA.SideChain.ESC core/vm/contracts.go
 */
import { KEY_VERIFY_CODE } from './native-codes.ts'

/** INVALID: burns all gas, as native code does that ends with an error. */
const FAIL_CODE = '0xfe'

const at = (address: string) => `0x${address.padStart(40, '0')}`

export const nativeContracts: Readonly<Record<string, string>> = {
  [at('3ea')]: KEY_VERIFY_CODE,
  [at('3eb')]: FAIL_CODE,
  [at('3ec')]: FAIL_CODE,
  [at('3ed')]: FAIL_CODE,
  [at('3ee')]: FAIL_CODE,
}
