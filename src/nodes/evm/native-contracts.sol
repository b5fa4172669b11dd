// SPDX-License-Identifier: MIT
// Contracts that stand where ESC and EID have native code. `native-codes.ts` holds what the compiler
// makes of them; a test compiles them again and compares.
pragma solidity 0.8.37;

/// @notice A call answers like native code: no function, words in, a word out; bad input burns all gas.
abstract contract Native {
    fallback() external payable {
        uint256 answer = run();
        assembly {
            mstore(0, answer)
            return(0, 32)
        }
    }

    function run() internal view virtual returns (uint256);

    function fail() internal pure {
        assembly {
            invalid()
        }
    }

    /// @return result base to the power of exponent, modulo modulus (contract 0x05)
    function power(uint256 base, uint256 exponent, uint256 modulus)
        internal
        view
        returns (uint256 result)
    {
        assembly {
            let at := mload(0x40)
            mstore(at, 32)
            mstore(add(at, 32), 32)
            mstore(add(at, 64), 32)
            mstore(add(at, 96), base)
            mstore(add(at, 128), exponent)
            mstore(add(at, 160), modulus)
            if iszero(staticcall(gas(), 5, at, 192, 0, 32)) { invalid() }
            result := mload(0)
        }
    }

    /// @return word 32 bytes of the call's input, zeros where there is none
    function input(uint256 at) internal pure returns (uint256 word) {
        assembly {
            word := calldataload(at)
        }
    }
}

/// @notice 0x3e9: 32 bytes ignored, compressed P-256 key (33), data (64), signature r and s (64).
/// @dev @see Elastos.ELA.SideChain.ESC core/vm/contracts.go p256Verify, Elastos.ELA crypto Verify
contract P256Verify is Native {
    uint256 private constant P = 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff;
    uint256 private constant N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;
    uint256 private constant B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b;
    uint256 private constant GX = 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296;
    uint256 private constant GY = 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5;

    /// x = X / Z², y = Y / Z³; Z = 0 is infinity.
    struct Point {
        uint256 x;
        uint256 y;
        uint256 z;
    }

    function run() internal view override returns (uint256) {
        if (msg.data.length != 193) fail();
        uint256 parity = input(32) >> 248;
        uint256 keyX = input(33);
        if (parity != 2 && parity != 3) fail();
        uint256 keyY = yOf(keyX, parity & 1);
        uint256 r = input(129);
        uint256 s = input(161);
        if (keyX >= P || r == 0 || r >= N || s == 0 || s >= N) return 0;
        uint256 inverse = power(s, N - 2, N);
        uint256 digest = uint256(sha256(msg.data[65:129]));
        Point memory sum =
            combine(mulmod(digest, inverse, N), mulmod(r, inverse, N), Point(keyX, keyY, 1));
        return matches(sum, r) ? 1 : 0;
    }

    function yOf(uint256 x, uint256 parity) private view returns (uint256 y) {
        unchecked {
            uint256 square = addmod(mulmod(addmod(mulmod(x, x, P), P - 3, P), x, P), B, P);
            y = power(square, (P + 1) / 4, P);
            if (mulmod(y, y, P) != square) fail();
            if (y & 1 != parity) y = P - y;
        }
    }

    /// Whether x of the point, modulo N, is r; without dividing.
    function matches(Point memory point, uint256 r) private pure returns (bool) {
        unchecked {
            if (point.z == 0) return false;
            uint256 zz = mulmod(point.z, point.z, P);
            if (mulmod(r, zz, P) == point.x) return true;
            return r < P - N && mulmod(r + N, zz, P) == point.x;
        }
    }

    /// u G + v Q, both walked together.
    function combine(uint256 u, uint256 v, Point memory q)
        private
        view
        returns (Point memory sum)
    {
        Point memory both = affine(add(q, GX, GY));
        for (uint256 bit = 256; bit > 0; ) {
            unchecked {
                bit--;
            }
            double(sum);
            uint256 which = ((u >> bit) & 1) | (((v >> bit) & 1) << 1);
            if (which == 1) sum = add(sum, GX, GY);
            else if (which == 2) sum = add(sum, q.x, q.y);
            else if (which == 3 && both.z != 0) sum = add(sum, both.x, both.y);
        }
    }

    function affine(Point memory point) private view returns (Point memory) {
        if (point.z == 0) return point;
        uint256 inverse = power(point.z, P - 2, P);
        uint256 square = mulmod(inverse, inverse, P);
        return
            Point(mulmod(point.x, square, P), mulmod(point.y, mulmod(square, inverse, P), P), 1);
    }

    /// In place.
    function double(Point memory point) private pure {
        assembly {
            let x := mload(point)
            let y := mload(add(point, 32))
            let z := mload(add(point, 64))
            let p := P
            let zz := mulmod(z, z, p)
            let yy := mulmod(y, y, p)
            let xyy := mulmod(x, yy, p)
            let slope := mulmod(3, mulmod(addmod(x, sub(p, zz), p), addmod(x, zz, p), p), p)
            let xx := addmod(mulmod(slope, slope, p), sub(p, mulmod(8, xyy, p)), p)
            let step := mulmod(slope, addmod(mulmod(4, xyy, p), sub(p, xx), p), p)
            mstore(point, xx)
            mstore(add(point, 32), addmod(step, sub(p, mulmod(8, mulmod(yy, yy, p), p)), p))
            mstore(add(point, 64), mulmod(2, mulmod(y, z, p), p))
        }
    }

    /// The point and (x, y), which is not infinity. The point may be changed.
    function add(Point memory point, uint256 x, uint256 y) private pure returns (Point memory sum) {
        unchecked {
            if (point.z == 0) return Point(x, y, 1);
            uint256 zz = mulmod(point.z, point.z, P);
            uint256 h = addmod(mulmod(x, zz, P), P - point.x, P);
            uint256 slope = addmod(mulmod(y, mulmod(zz, point.z, P), P), P - point.y, P);
            if (h == 0) {
                if (slope != 0) return sum;
                sum = Point(point.x, point.y, point.z);
                double(sum);
                return sum;
            }
            uint256 hh = mulmod(h, h, P);
            uint256 hhh = mulmod(h, hh, P);
            uint256 v = mulmod(point.x, hh, P);
            uint256 sumX = addmod(mulmod(slope, slope, P), P - addmod(hhh, addmod(v, v, P), P), P);
            uint256 sumY = mulmod(slope, addmod(v, P - sumX, P), P);
            sum.y = addmod(sumY, P - mulmod(point.y, hhh, P), P);
            sum.z = mulmod(point.z, h, P);
            sum.x = sumX;
        }
    }
}

/// @notice 0x3ea: 32 bytes ignored, compressed secp256k1 key (33), digest (32), signature (65).
/// @dev The signature is over the digest as a personal message.
/// @dev @see Elastos.ELA.SideChain.ESC core/vm/contracts.go pbkVerifySignature
contract KeyVerify is Native {
    uint256 private constant P = 0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f;

    function run() internal view override returns (uint256) {
        bytes32 text = keccak256(
            abi.encodePacked("\x19Ethereum Signed Message:\n32", input(65))
        );
        uint256 recovery = input(161) >> 248;
        if (recovery < 27) recovery += 27;
        address signer =
            ecrecover(text, uint8(recovery), bytes32(input(97)), bytes32(input(129)));
        if (signer == address(0)) fail();
        uint256 parity = input(32) >> 248;
        uint256 x = input(33);
        if ((parity != 2 && parity != 3) || x >= P) return 0;
        uint256 square = addmod(mulmod(mulmod(x, x, P), x, P), 7, P);
        uint256 y = power(square, (P + 1) / 4, P);
        if (mulmod(y, y, P) != square) return 0;
        if (y & 1 != parity & 1) y = P - y;
        return address(uint160(uint256(keccak256(abi.encode(x, y))))) == signer ? 1 : 0;
    }
}
