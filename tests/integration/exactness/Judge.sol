// The judge: builds a pool out of the canonical bytecode and says what a swap, and a position around it, do there.
// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.37;

import {IUniswapV3Factory} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Factory.sol";
import {IUniswapV3Pool} from "@uniswap/v3-core/contracts/interfaces/IUniswapV3Pool.sol";

/// A token whose whole supply, the largest there can be, starts with its maker.
contract Token {
    mapping(address => uint256) public balanceOf;

    constructor() {
        balanceOf[msg.sender] = type(uint256).max;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
        return true;
    }
}

struct Position {
    int24 lower;
    int24 upper;
    uint128 liquidity;
}

struct Swap {
    bool zeroForOne;
    int256 amount;
    uint160 limit;
}

/// One case. Donations (by flash, so that they are fees) and `history` come before the state is read; `candidates` are each tried
/// alone on that state.
struct Case {
    uint24 fee;
    uint32 feeProtocol0;
    uint32 feeProtocol1;
    uint160 sqrtPriceX96;
    Position[] positions;
    uint256 donation0;
    uint256 donation1;
    Swap[] history;
    Swap swap;
    Position[] candidates;
    int24[] ticks;
}

struct TickState {
    uint128 gross;
    int128 net;
}

struct State {
    uint160 sqrtPriceX96;
    int24 tick;
    uint32 feeProtocol;
    uint128 liquidity;
    uint128 maxLiquidityPerTick;
    int24 tickSpacing;
    uint256 feeGrowth0;
    uint256 feeGrowth1;
    TickState[] ticks;
}

/// `crossings`: initialised ticks crossed, as PancakeSwap's pools tell their farm; 0 on Uniswap's.
struct SwapOutcome {
    int256 amount0;
    int256 amount1;
    uint160 sqrtPriceX96;
    int24 tick;
    uint128 liquidity;
    uint256 crossings;
}

/// Mint, swap, burn, collect. `growth` is the fee growth inside the range over the position's life, from the pool's own
/// bookkeeping: it tells a fee that the pool truncated to 128 bits from one that is small.
struct Life {
    uint256 mint0;
    uint256 mint1;
    SwapOutcome swap;
    uint256 burn0;
    uint256 burn1;
    uint256 collect0;
    uint256 collect1;
    uint256 growth0;
    uint256 growth1;
}

/// Where PancakeSwap's pools differ from Uniswap's; the rest is called the same. `slot0` reads both.
interface IPancakePool {
    function slot0() external view returns (uint160, int24, uint16, uint16, uint16, uint32, bool);
    function setFeeProtocol(uint32 feeProtocol0, uint32 feeProtocol1) external;
    function setLmPool(address farm) external;
}

/// PancakeSwap's liquidity mining, as its pools call it in a swap: at the beginning and at every initialised tick crossed.
contract Farm {
    uint256 public rewards;
    uint256 public crossings;

    function accumulateReward(uint32) external {
        rewards++;
    }

    function crossLmTick(int24, bool) external {
        crossings++;
    }
}

/// Everything is answered by reverting, so that the next case finds the pools untouched and no case costs a transaction.
error Report(State state, bytes alone, bytes[] lives);
error Alone(SwapOutcome outcome);
error Lived(Life life);

contract Judge {
    IUniswapV3Factory public immutable factory;
    Token public immutable token0;
    Token public immutable token1;
    /// Only beside PancakeSwap's factory.
    Farm public immutable farm;

    constructor(bytes memory factoryCode, bool pancake, uint24[] memory fees, int24[] memory spacings) {
        address made;
        assembly {
            made := create(0, add(factoryCode, 0x20), mload(factoryCode))
        }
        factory = IUniswapV3Factory(made);
        (Token a, Token b) = (new Token(), new Token());
        (token0, token1) = address(a) < address(b) ? (a, b) : (b, a);
        farm = pancake ? new Farm() : Farm(address(0));
        for (uint256 i = 0; i < fees.length; i++) {
            if (factory.feeAmountTickSpacing(fees[i]) == 0) factory.enableFeeAmount(fees[i], spacings[i]);
        }
    }

    /// Creates, but does not initialise, the pool of a fee tier.
    function open(uint24 fee) external returns (address pool) {
        pool = factory.createPool(address(token0), address(token1), fee);
        if (address(farm) != address(0)) IPancakePool(pool).setLmPool(address(farm));
    }

    /// Runs encoded calls of `attempt` (or any other) and returns what each reverted with.
    function batch(bytes[] calldata calls) external returns (bytes[] memory answers) {
        answers = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; i++) answers[i] = _ask(calls[i]);
    }

    /// Builds the pool of one case and reverts with its Report.
    function attempt(Case calldata c) external {
        IUniswapV3Pool pool = IUniswapV3Pool(factory.getPool(address(token0), address(token1), c.fee));
        _build(pool, c);
        bytes memory alone = _ask(abi.encodeCall(this.swapAlone, (pool, c.swap)));
        bytes[] memory lives = new bytes[](c.candidates.length);
        for (uint256 i = 0; i < lives.length; i++) {
            lives[i] = _ask(abi.encodeCall(this.live, (pool, c.swap, c.candidates[i])));
        }
        revert Report(_state(pool, c.ticks), alone, lives);
    }

    function swapAlone(IUniswapV3Pool pool, Swap calldata s) external {
        revert Alone(_swap(pool, s));
    }

    function live(IUniswapV3Pool pool, Swap calldata s, Position calldata p) external {
        revert Lived(_live(pool, s, p));
    }

    /// Lives the same candidate `rounds` times, each from the same state: the work that the speed bench times.
    function repeat(Case calldata c, uint256 rounds) external {
        IUniswapV3Pool pool = IUniswapV3Pool(factory.getPool(address(token0), address(token1), c.fee));
        _build(pool, c);
        bytes memory call = abi.encodeCall(this.live, (pool, c.swap, c.candidates[0]));
        bytes memory last;
        for (uint256 i = 0; i < rounds; i++) last = _ask(call);
        bytes[] memory lives = new bytes[](1);
        lives[0] = last;
        revert Report(_state(pool, c.ticks), "", lives);
    }

    function uniswapV3MintCallback(uint256 owed0, uint256 owed1, bytes calldata) external {
        _pay(owed0, owed1);
    }

    function pancakeV3MintCallback(uint256 owed0, uint256 owed1, bytes calldata) external {
        _pay(owed0, owed1);
    }

    function uniswapV3SwapCallback(int256 delta0, int256 delta1, bytes calldata) external {
        _pay(delta0 > 0 ? uint256(delta0) : 0, delta1 > 0 ? uint256(delta1) : 0);
    }

    function pancakeV3SwapCallback(int256 delta0, int256 delta1, bytes calldata) external {
        _pay(delta0 > 0 ? uint256(delta0) : 0, delta1 > 0 ? uint256(delta1) : 0);
    }

    function uniswapV3FlashCallback(uint256, uint256, bytes calldata data) external {
        _donate(data);
    }

    function pancakeV3FlashCallback(uint256, uint256, bytes calldata data) external {
        _donate(data);
    }

    function _pay(uint256 owed0, uint256 owed1) private {
        if (owed0 > 0) token0.transfer(msg.sender, owed0);
        if (owed1 > 0) token1.transfer(msg.sender, owed1);
    }

    function _donate(bytes calldata data) private {
        (uint256 donation0, uint256 donation1) = abi.decode(data, (uint256, uint256));
        token0.transfer(msg.sender, donation0);
        token1.transfer(msg.sender, donation1);
    }

    /// PancakeSwap's pools begin with a protocol fee, so that none has to be set as well.
    function _setFeeProtocol(IUniswapV3Pool pool, uint32 fee0, uint32 fee1) private {
        if (address(farm) != address(0)) IPancakePool(address(pool)).setFeeProtocol(fee0, fee1);
        else if (fee0 | fee1 != 0) pool.setFeeProtocol(uint8(fee0), uint8(fee1));
    }

    /// A position or an earlier swap that the pool refuses is left out: the reported state is what counts.
    function _build(IUniswapV3Pool pool, Case calldata c) private {
        pool.initialize(c.sqrtPriceX96);
        _setFeeProtocol(pool, c.feeProtocol0, c.feeProtocol1);
        for (uint256 i = 0; i < c.positions.length; i++) {
            Position calldata p = c.positions[i];
            // Owned by the factory: a candidate with the same bounds is still a new position.
            try pool.mint(address(factory), p.lower, p.upper, p.liquidity, "") {} catch {}
        }
        if (c.donation0 | c.donation1 != 0) {
            pool.flash(address(this), 0, 0, abi.encode(c.donation0, c.donation1));
        }
        for (uint256 i = 0; i < c.history.length; i++) {
            Swap calldata s = c.history[i];
            try pool.swap(address(this), s.zeroForOne, s.amount, s.limit, "") {} catch {}
        }
    }

    function _live(IUniswapV3Pool pool, Swap calldata s, Position calldata p) private returns (Life memory l) {
        bytes32 key = keccak256(abi.encodePacked(address(this), p.lower, p.upper));
        (l.mint0, l.mint1) = pool.mint(address(this), p.lower, p.upper, p.liquidity, "");
        (, uint256 before0, uint256 before1,,) = pool.positions(key);
        l.swap = _swap(pool, s);
        (l.burn0, l.burn1) = pool.burn(p.lower, p.upper, p.liquidity);
        (, l.growth0, l.growth1,,) = pool.positions(key);
        unchecked {
            // Fee growth wraps in the pool, so its difference wraps here.
            l.growth0 -= before0;
            l.growth1 -= before1;
        }
        (l.collect0, l.collect1) =
            pool.collect(address(this), p.lower, p.upper, type(uint128).max, type(uint128).max);
    }

    function _swap(IUniswapV3Pool pool, Swap calldata s) private returns (SwapOutcome memory o) {
        bool farmed = address(farm) != address(0);
        (uint256 rewards, uint256 crossings) = farmed ? (farm.rewards(), farm.crossings()) : (0, 0);
        (o.amount0, o.amount1) = pool.swap(address(this), s.zeroForOne, s.amount, s.limit, "");
        (o.sqrtPriceX96, o.tick,,,,,) = IPancakePool(address(pool)).slot0();
        o.liquidity = pool.liquidity();
        if (!farmed) return o;
        require(farm.rewards() == rewards + 1, "the pool does not ask its farm");
        o.crossings = farm.crossings() - crossings;
    }

    function _state(IUniswapV3Pool pool, int24[] calldata ticks) private view returns (State memory s) {
        (s.sqrtPriceX96, s.tick,,,, s.feeProtocol,) = IPancakePool(address(pool)).slot0();
        s.liquidity = pool.liquidity();
        s.maxLiquidityPerTick = pool.maxLiquidityPerTick();
        s.tickSpacing = pool.tickSpacing();
        (s.feeGrowth0, s.feeGrowth1) = (pool.feeGrowthGlobal0X128(), pool.feeGrowthGlobal1X128());
        s.ticks = new TickState[](ticks.length);
        for (uint256 i = 0; i < ticks.length; i++) {
            (s.ticks[i].gross, s.ticks[i].net,,,,,,) = pool.ticks(ticks[i]);
        }
    }

    function _ask(bytes memory call) private returns (bytes memory answer) {
        (, answer) = address(this).call(call);
    }
}
