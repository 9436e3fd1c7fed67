// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IV3Pool } from "../src/Interfaces.sol";
import { JitExecutor } from "../src/JitExecutor.sol";
import { Base } from "./support/Base.sol";
import { HostilePool, Trader } from "./support/Pools.sol";
import { Token } from "./support/Tokens.sol";
import { Vm } from "./support/Vm.sol";

/// @notice A thief with the operator's key, a trading account and all the time in the world.
contract Thief {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    JitExecutor private immutable _executor;
    address private immutable _operator;
    address private immutable _pool;
    Trader private immutable _trader;
    HostilePool private immutable _fake;

    struct Position {
        int24 lower;
        int24 upper;
        uint128 liquidity;
    }

    Position[] private _positions;

    /// How often something of the executor's went through: a campaign that only reverts would prove nothing.
    uint256 public minted;
    uint256 public burned;

    constructor(JitExecutor executor, address operator, address pool, Trader trader) {
        (_executor, _operator, _pool, _trader) = (executor, operator, pool, trader);
        _fake = new HostilePool();
    }

    function nextBlock() external {
        vm.roll(block.number + 1);
    }

    function swap(bool zeroForOne, uint256 amount) external {
        _trader.swap(_pool, zeroForOne, int256(amount % 1e19));
    }

    /// A mint that is right in all but what the thief is free to choose: a range near the price, and how much.
    function mint(int8 offset, uint8 width, uint128 liquidity) external {
        (uint160 price, int24 tick) = IV3Pool(_pool).slot0();
        int24 lower = (tick / 60 + int24(offset % 4)) * 60;
        Position memory made = Position(lower, lower + int24(uint24(width % 4) + 1) * 60, liquidity % 1e21);
        vm.prank(_operator);
        _executor.mint(
            0,
            made.lower,
            made.upper,
            made.liquidity,
            price,
            uint64(block.number),
            blockhash(block.number - 1),
            type(uint256).max,
            type(uint256).max
        );
        _positions.push(made);
        ++minted;
    }

    /// A burn of something that was minted, in this block or an earlier one.
    function burn(uint256 which, uint256 tipWei) external {
        Position memory made = _positions[which % _positions.length];
        vm.prank(_operator);
        _executor.burn(0, made.lower, made.upper, made.liquidity, uint64(block.number), 0, 0, tipWei % 6 ether);
        _positions[which % _positions.length] = _positions[_positions.length - 1];
        _positions.pop();
        ++burned;
    }

    /// Any bytes, from the operator, the pool, a fake pool or nobody in particular.
    function call(uint8 who, bytes4 selector, bytes calldata rest) external {
        bytes4[16] memory known = [
            JitExecutor.mint.selector,
            JitExecutor.burn.selector,
            JitExecutor.unwind.selector,
            JitExecutor.withdraw.selector,
            JitExecutor.listPool.selector,
            JitExecutor.unlistPool.selector,
            JitExecutor.setOperator.selector,
            JitExecutor.setGuardian.selector,
            JitExecutor.setTipCap.selector,
            JitExecutor.pause.selector,
            JitExecutor.schedule.selector,
            JitExecutor.cancel.selector,
            JitExecutor.unpause.selector,
            JitExecutor.uniswapV3MintCallback.selector,
            JitExecutor.pancakeV3MintCallback.selector,
            selector
        ];
        address[4] memory callers = [_operator, _pool, address(_fake), address(this)];
        vm.prank(callers[who % 4]);
        (bool ok,) = address(_executor).call(bytes.concat(known[uint32(selector) % 16], rest));
        ok;
    }

    /// The callbacks with arguments that decode.
    function callback(uint8 who, bool pancake, uint256 amount0, uint256 amount1) external {
        address[4] memory callers = [_operator, _pool, address(_fake), address(this)];
        vm.prank(callers[who % 4]);
        if (pancake) _executor.pancakeV3MintCallback(amount0, amount1, "");
        else _executor.uniswapV3MintCallback(amount0, amount1, "");
    }

    function withdraw(uint8 who, bool ether_, uint256 amount) external {
        address[4] memory callers = [_operator, _pool, address(_fake), address(this)];
        vm.prank(callers[who % 4]);
        _executor.withdraw(ether_ ? address(0) : IV3Pool(_pool).token0(), amount);
    }
}

/// @notice Whatever the thief does, tokens go to the listed pool or stay, and ether goes to the producer, a capped tip at a time.
contract InvariantTest is Base {
    Thief internal thief;

    function setUp() public override {
        super.setUp();
        thief = new Thief(executor, OPERATOR, pool, trader);
    }

    /// Nobody else: forge would also send from the contracts under test, and takes their ether when it does.
    function targetSenders() public view returns (address[] memory senders) {
        senders = new address[](1);
        senders[0] = address(thief);
    }

    /// forge calls this to learn what it may call.
    function targetContracts() public view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(thief);
    }

    function invariant_the_thief_gets_nothing() public view {
        _conserved(token0);
        _conserved(token1);
        assertEq(address(executor).balance + PRODUCER.balance, 10 ether, "ether");
        assertTrue(PRODUCER.balance <= thief.burned() * TIP_CAP, "tips above the cap");
        assertEq(executor.guardian(), GUARDIAN, "guardian");
        assertTrue(!executor.paused(), "paused");
        assertTrue(!executor.isOperator(address(thief)) && executor.isOperator(OPERATOR), "operators");
        assertEq(executor.poolCount(), 1, "pools");
        assertEq(executor.tipCapWei(), TIP_CAP, "tip cap");
    }

    /// All that there is belongs to the vault, the pool, the trader and the other liquidity provider, as at the start.
    function _conserved(Token token) internal view {
        uint256 known = token.balanceOf(address(executor)) + token.balanceOf(pool) + token.balanceOf(address(trader))
            + token.balanceOf(address(this));
        assertEq(known, 3 * STOCK, "tokens");
    }
}
