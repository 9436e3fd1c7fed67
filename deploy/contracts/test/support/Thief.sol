// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IV3Pool } from "../../src/Interfaces.sol";
import { JitExecutor } from "../../src/JitExecutor.sol";
import { Listing } from "../../src/Listing.sol";
import { Rights } from "../../src/Rights.sol";
import { Fork, Weight } from "../../src/Words.sol";
import { ICanonicalPool } from "./Canonical.sol";
import { Plan, Plans } from "./Plans.sol";
import { HostilePool, Trader } from "./Pools.sol";
import { FeeOnTransferToken, HookToken, Token } from "./Tokens.sol";
import { Vm } from "./Vm.sol";

/// @notice Who holds the operator's key, trades, produces the blocks, made two of the listed tokens, and has all the time in the world.
/// It is the operator itself, with code (EIP-7702), so that tokens and tips can call it back.
contract Thief {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    JitExecutor public immutable executor;
    address private immutable _guardian;
    address private immutable _owner;
    Trader private immutable _trader;
    HostilePool public immutable fake;

    /// Listed pools, by their number; the tokens of the thief's own making.
    address[] public pools;
    /// The tokens of every pool, two after two; pools have none in common.
    Token[] public tokens;
    FeeOnTransferToken private immutable _feeToken;
    HookToken private immutable _hookToken;

    struct Sent {
        bytes data;
        uint256 blockNumber;
        bytes32 parent;
        bool mint;
    }

    Plan[] private _open;
    Sent[] private _sent;
    bytes private _payload;
    /// Set while a call of the executor runs.
    bool private _inside;

    /// How often something of the executor's went through: a campaign that only reverts would prove nothing.
    uint256 public minted;
    uint256 public burned;
    uint256 public unwound;
    /// What happened that must not.
    string public violation;
    /// The vault's value at the start of the block, and when it was paused; every token of the campaign is worth one wei a unit.
    uint256 public valueAtStart;
    uint256 public valueAtPause;

    constructor(
        JitExecutor executor_,
        address guardian,
        Trader trader,
        FeeOnTransferToken feeToken,
        HookToken hookToken
    ) {
        (executor, _owner, _guardian, _trader) = (executor_, msg.sender, guardian, trader);
        (_feeToken, _hookToken) = (feeToken, hookToken);
        fake = new HostilePool();
    }

    function begin(address[] calldata pools_) external {
        if (pools.length != 0) return;
        pools = pools_;
        for (uint256 i = 0; i < pools_.length; ++i) {
            tokens.push(Token(IV3Pool(pools_[i]).token0()));
            tokens.push(Token(IV3Pool(pools_[i]).token1()));
        }
        valueAtStart = value();
    }

    /// The producer of the blocks is the thief: the tip is a call.
    receive() external payable {
        _reenter();
    }

    /// The hook token calls this in the middle of a transfer.
    function reenter() external {
        _reenter();
    }

    // ---------------------------------------------------------------- the world

    function nextBlock() external {
        vm.roll(block.number + 1);
        vm.setBlockhash(block.number - 1, keccak256(abi.encode(block.number)));
        valueAtStart = value();
    }

    /// The block is built again, on another parent.
    function reorganise(bytes32 salt) external {
        vm.setBlockhash(block.number - 1, salt);
    }

    function swap(uint8 which, bool zeroForOne, uint256 amount) public {
        _trader.swap(pools[which % pools.length], zeroForOne, int256(amount % 1e19));
    }

    function setFee(bool on) external {
        _feeToken.setFee(on);
    }

    /// What is tried from inside of the next transfer or tip.
    function setPayload(uint8 kind, uint8 which, uint128 liquidity) external {
        Plan memory plan = _near(which, 0, 1, liquidity);
        bytes[5] memory payloads = [
            Plans.mintCall(plan),
            Plans.burnCall(plan),
            abi.encodeCall(JitExecutor.uniswapV3MintCallback, (liquidity, liquidity, "")),
            abi.encodeCall(JitExecutor.unwind, (plan.poolId, plan.lower, plan.upper, liquidity)),
            abi.encodeCall(JitExecutor.withdraw, (address(_hookToken), liquidity))
        ];
        _payload = payloads[kind % 5];
        _hookToken.setHook(address(this), abi.encodeCall(Thief.reenter, ()));
    }

    /// One time in sixteen: most of the campaign is not paused.
    function pause(bool byGuardian, uint8 chance) external {
        if (chance % 16 != 0) return;
        vm.prank(byGuardian ? _guardian : _owner);
        executor.pause();
        valueAtPause = value();
    }

    function unpause() external {
        vm.prank(_owner);
        executor.unpause();
        valueAtPause = 0;
    }

    /// The guardian, who is honest, brings a position home.
    function unwind(uint256 which) external {
        Plan memory plan = _open[which % _open.length];
        bytes memory data = abi.encodeCall(JitExecutor.unwind, (plan.poolId, plan.lower, plan.upper, plan.liquidity));
        (bool ok,) = _send(_guardian, data);
        if (!ok) return;
        _close(which % _open.length);
        ++unwound;
    }

    // ---------------------------------------------------------------- the key

    /// A mint that is right in all but what the thief is free to choose: a range near the price, and how much.
    function mint(uint8 which, int8 offset, uint8 width, uint128 liquidity) public {
        Plan memory plan = _near(which, offset, width, liquidity % 1e21);
        _as(plan, Plans.mintCall(plan), true);
        _open.push(plan);
        ++minted;
    }

    /// A burn of something that was minted, in this block or an earlier one.
    function burn(uint256 which, uint80 tipWei) public {
        Plan memory plan = _open[which % _open.length];
        plan.blockNumber = uint64(block.number);
        plan.tipWei = tipWei % 2 ether;
        _as(plan, Plans.burnCall(plan), false);
        _close(which % _open.length);
        ++burned;
    }

    /// Moves the price far away, mints there, lets it come back through the position, burns: what a thief would do.
    function sandwich(uint8 which, bool zeroForOne, uint256 amount, uint128 liquidity) external {
        swap(which, zeroForOne, amount);
        mint(which, 0, 1, liquidity);
        swap(which, !zeroForOne, amount);
        burn(_open.length - 1, 0);
    }

    /// Tips for nothing.
    function tip(uint80 tipWei) external {
        Plan memory plan = _near(0, 0, 1, 0);
        plan.tipWei = tipWei % 2 ether;
        _as(plan, Plans.burnCall(plan), false);
    }

    /// What was sent before, once more.
    function replay(uint256 which) external {
        Sent memory sent = _sent[which % _sent.length];
        (bool ok,) = _send(address(this), sent.data);
        if (!ok) return;
        if (sent.blockNumber != block.number) violation = "a call of another block went through";
        if (sent.mint && sent.parent != blockhash(block.number - 1)) {
            violation = "a mint on another parent went through";
        }
    }

    // ---------------------------------------------------------------- anything

    /// Any bytes, from the operator, a pool, a fake pool, a token or nobody in particular.
    function call(uint8 who, bytes4 selector, bytes calldata rest) external {
        bytes4[19] memory known = [
            JitExecutor.mint.selector,
            JitExecutor.burn.selector,
            JitExecutor.unwind.selector,
            JitExecutor.withdraw.selector,
            Listing.listPool.selector,
            Listing.unlistPool.selector,
            Listing.listToken.selector,
            Listing.unlistToken.selector,
            Listing.setWeights.selector,
            Rights.setOperator.selector,
            Rights.setGuardian.selector,
            Rights.setCaps.selector,
            Rights.pause.selector,
            Rights.schedule.selector,
            Rights.cancel.selector,
            Rights.unpause.selector,
            JitExecutor.uniswapV3MintCallback.selector,
            JitExecutor.pancakeV3MintCallback.selector,
            selector
        ];
        _send(_caller(who), bytes.concat(known[uint32(selector) % 19], rest));
    }

    /// What only owner and guardian may, with arguments that decode.
    function seize(uint8 who, uint8 which, address account, uint256 number, bool flag) external {
        uint16 id = uint16(number % pools.length);
        Weight weight = Weight.wrap((1 << 31 | uint40(number % 2 ** 31)) << 8 | uint40(number % 100));
        bytes[13] memory rights = [
            abi.encodeCall(Listing.listToken, (account)),
            abi.encodeCall(Listing.unlistToken, (address(tokens[number % tokens.length]))),
            abi.encodeCall(Listing.listPool, (pools[id], account, bytes32(number), Fork(id), weight, weight)),
            abi.encodeCall(Listing.unlistPool, (id)),
            abi.encodeCall(Listing.setWeights, (id, weight, weight)),
            abi.encodeCall(Rights.setOperator, (flag ? account : address(this), flag)),
            abi.encodeCall(Rights.setGuardian, (flag ? account : address(0))),
            abi.encodeCall(Rights.setCaps, (uint56(number), uint56(number >> 56), uint40(number >> 112))),
            abi.encodeCall(Rights.schedule, (abi.encodeCall(Rights.setOperator, (account, true)))),
            abi.encodeCall(Rights.cancel, (bytes32(number))),
            abi.encodeCall(Rights.pause, ()),
            abi.encodeCall(Rights.unpause, ()),
            abi.encodeCall(JitExecutor.unwind, (id, -60, 60, 0))
        ];
        bytes memory data = rights[which % 13];
        // A call that reverts for its arguments shows nothing: the refusal must be the caller's.
        (bool ok, bytes memory answer) = _send(_caller(who), data);
        if (ok || !_isRefusal(bytes4(answer))) violation = "a right of owner or guardian was not refused";
    }

    /// A plan of any fields.
    function any(uint8 who, bool isMint, Plan calldata plan) external {
        bytes memory data = isMint ? Plans.mintCall(plan) : Plans.burnCall(plan);
        bool wasPaused = executor.paused();
        (bool ok,) = _send(_caller(who), data);
        if (ok && wasPaused) violation = "went through while paused";
    }

    /// The callbacks with arguments that decode.
    function callback(uint8 who, bool pancake, uint256 amount0, uint256 amount1) external {
        vm.prank(_caller(who));
        if (pancake) executor.pancakeV3MintCallback(amount0, amount1, "");
        else executor.uniswapV3MintCallback(amount0, amount1, "");
        if (amount0 + amount1 > 0) violation = "a forged callback went through";
    }

    function withdraw(uint8 who, bool ether_, uint256 amount) external {
        vm.prank(_caller(who));
        executor.withdraw(ether_ ? address(0) : IV3Pool(pools[0]).token0(), amount);
        violation = "withdrawn";
    }

    // ---------------------------------------------------------------- what it is worth

    /// All tokens of the vault and its ether.
    function value() public view returns (uint256 sum) {
        sum = address(executor).balance;
        for (uint256 i = 0; i < tokens.length; ++i) {
            sum += tokens[i].balanceOf(address(executor));
        }
    }

    // ---------------------------------------------------------------- private

    function _reenter() private {
        bytes memory payload = _payload;
        if (payload.length == 0 || !_inside) return;
        delete _payload;
        (bool ok,) = address(executor).call(payload);
        if (ok) violation = "re-entered";
    }

    /// A call of the executor, from whomever.
    function _send(address from, bytes memory data) private returns (bool ok, bytes memory answer) {
        _inside = true;
        if (from != address(this)) vm.prank(from);
        (ok, answer) = address(executor).call(data);
        _inside = false;
    }

    function _as(Plan memory plan, bytes memory data, bool isMint) private {
        bool wasPaused = executor.paused();
        (bool ok, bytes memory answer) = _send(address(this), data);
        if (!ok) {
            assembly ("memory-safe") {
                revert(add(answer, 32), mload(answer))
            }
        }
        if (wasPaused) violation = "went through while paused";
        _sent.push(Sent(data, plan.blockNumber, plan.parent, isMint));
    }

    function _near(uint8 which, int8 offset, uint8 width, uint128 liquidity) private view returns (Plan memory plan) {
        uint256 id = which % pools.length;
        IV3Pool pool = IV3Pool(pools[id]);
        (plan.price, plan.tick) = pool.slot0();
        plan.poolId = uint16(id);
        plan.poolLiquidity = pool.liquidity();
        int24 spacing = ICanonicalPool(address(pool)).tickSpacing();
        plan.lower = (plan.tick / spacing + int24(offset % 4)) * spacing;
        plan.upper = plan.lower + int24(uint24(width % 4) + 1) * spacing;
        plan.liquidity = liquidity;
        (plan.blockNumber, plan.parent) = (uint64(block.number), blockhash(block.number - 1));
        (plan.max0, plan.max1) = (type(uint128).max, type(uint128).max);
    }

    function _isRefusal(bytes4 selector) private pure returns (bool) {
        return selector == Rights.NotOwner.selector || selector == Rights.NotGuardian.selector;
    }

    function _close(uint256 which) private {
        _open[which] = _open[_open.length - 1];
        _open.pop();
    }

    function _caller(uint8 who) private view returns (address) {
        address[5] memory callers =
            [address(this), pools[who % pools.length], address(fake), address(_hookToken), address(0xdead)];
        return callers[who % 5];
    }
}
