// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IV3Pool } from "../../src/Interfaces.sol";
import { JitExecutor } from "../../src/JitExecutor.sol";
import { Fork, Weight } from "../../src/Words.sol";
import { ICanonicalFactory, ICanonicalPool } from "./Canonical.sol";
import { Plan, Plans } from "./Plans.sol";
import { Trader } from "./Pools.sol";
import { Token } from "./Tokens.sol";
import { Vm } from "./Vm.sol";

/// @notice The stage of every test: the canonical factory and pool, an executor with inventory, and somebody who trades.
abstract contract Base {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    string internal constant V3_CORE = "../../node_modules/@uniswap/v3-core/artifacts/contracts/";
    bytes32 internal constant V3_INIT_CODE_HASH = 0xe34f199b19b2b4f47f68442619d555527d244f78a3297ea89325f843f87b8b54;
    uint160 internal constant PRICE_ONE = 1 << 96;
    uint64 internal constant BLOCK = 1_000_000;
    bytes32 internal constant PARENT = keccak256("parent");
    uint256 internal constant STOCK = 1e24;
    uint128 internal constant LIQUIDITY = 1e21;
    uint256 internal constant TIP_CAP = 5 ether;
    uint40 internal constant TIP_CAP_GWEI = 5e9;
    /// Above everything that a test moves, except where caps are the subject.
    uint56 internal constant HIGH_CAP_GWEI = type(uint56).max;
    /// One wei a unit.
    Weight internal constant ONE = Weight.wrap((1 << 31) << 8 | 63);

    address internal immutable OWNER = address(this);
    address internal constant OPERATOR = address(0x0123);
    address internal constant GUARDIAN = address(0x0456);
    address internal constant STRANGER = address(0x0789);
    address internal constant PRODUCER = address(0xb10c);

    ICanonicalFactory internal factory;
    JitExecutor internal executor;
    Trader internal trader;
    Token internal token0;
    Token internal token1;
    address internal pool;
    uint16 internal poolId;
    /// What the operator saw of the pool when it planned.
    uint160 internal seenPrice;
    int24 internal seenTick;
    uint128 internal seenLiquidity;

    function setUp() public virtual {
        factory = ICanonicalFactory(
            _create(vm.getCode(string.concat(V3_CORE, "UniswapV3Factory.sol/UniswapV3Factory.json")))
        );
        executor = new JitExecutor(OWNER, GUARDIAN, HIGH_CAP_GWEI, HIGH_CAP_GWEI, TIP_CAP_GWEI, 0);
        executor.setOperator(OPERATOR, true);
        trader = new Trader();
        vm.deal(address(executor), 10 ether);
        _enterBlock(BLOCK);
        vm.coinbase(PRODUCER);
        _market(address(new Token()), address(new Token()), 3000);
    }

    /// A pool of these tokens, at price one, with liquidity of somebody else around it, listed; and inventory for everyone.
    function _market(address tokenA, address tokenB, uint24 fee) internal {
        _tokens(tokenA, tokenB);
        _fill(factory.createPool(tokenA, tokenB, fee));
        poolId = _list(pool);
    }

    /// The tokens at hand become these, listed, with inventory for everyone.
    function _tokens(address tokenA, address tokenB) internal {
        (token0, token1) = tokenA < tokenB ? (Token(tokenA), Token(tokenB)) : (Token(tokenB), Token(tokenA));
        _stock(address(executor));
        _stock(address(trader));
        _stock(address(this));
        executor.listToken(tokenA);
        executor.listToken(tokenB);
    }

    /// The pool at hand becomes this one: at price one, with liquidity of the test's.
    function _fill(address pool_) internal {
        pool = pool_;
        ICanonicalPool(pool).initialize(PRICE_ONE);
        IV3Pool(pool).mint(address(this), -60_000, 60_000, LIQUIDITY, "");
        _look();
    }

    function _list(address pool_) internal returns (uint16) {
        return executor.listPool(pool_, address(factory), V3_INIT_CODE_HASH, Fork.UniswapV3, ONE, ONE);
    }

    /// The operator's view of the pool becomes what it is now.
    function _look() internal {
        (seenPrice, seenTick) = IV3Pool(pool).slot0();
        seenLiquidity = IV3Pool(pool).liquidity();
    }

    /// The other liquidity provider is the test itself.
    function uniswapV3MintCallback(uint256 amount0, uint256 amount1, bytes calldata) external {
        token0.transfer(msg.sender, amount0);
        token1.transfer(msg.sender, amount1);
    }

    function _stock(address account) internal {
        token0.mint(account, STOCK);
        token1.mint(account, STOCK);
    }

    function _enterBlock(uint64 number) internal {
        vm.roll(number);
        vm.setBlockhash(number - 1, PARENT);
    }

    /// A plan for this block as the operator sees the pool, that bounds nothing.
    function _plan(int24 lower, int24 upper, uint128 liquidity) internal view returns (Plan memory plan) {
        (plan.poolId, plan.lower, plan.upper, plan.liquidity) = (poolId, lower, upper, liquidity);
        (plan.blockNumber, plan.parent, plan.max0, plan.max1) = (BLOCK, PARENT, uint128(STOCK), uint128(STOCK));
        (plan.price, plan.tick, plan.poolLiquidity) = (seenPrice, seenTick, seenLiquidity);
    }

    function _mint(Plan memory plan) internal {
        _call(OPERATOR, Plans.mintCall(plan));
    }

    function _burn(Plan memory plan) internal {
        _call(OPERATOR, Plans.burnCall(plan));
    }

    function _mint(int24 lower, int24 upper, uint128 liquidity) internal {
        _mint(_plan(lower, upper, liquidity));
        _look();
    }

    function _burn(int24 lower, int24 upper, uint128 liquidity, uint256 tipWei) internal {
        Plan memory plan = _plan(lower, upper, liquidity);
        plan.tipWei = uint80(tipWei);
        _burn(plan);
        _look();
    }

    /// Reverts with what the executor answered.
    function _call(address from, bytes memory data) internal {
        vm.prank(from);
        (bool ok, bytes memory answer) = address(executor).call(data);
        if (ok) return;
        assembly ("memory-safe") {
            revert(add(answer, 32), mload(answer))
        }
    }

    function _vault() internal view returns (uint256 amount0, uint256 amount1) {
        return (token0.balanceOf(address(executor)), token1.balanceOf(address(executor)));
    }

    /// What the executor has in its pool: liquidity, and what it is owed.
    function _position(int24 lower, int24 upper)
        internal
        view
        returns (uint128 liquidity, uint128 owed0, uint128 owed1)
    {
        bytes32 key = keccak256(abi.encodePacked(address(executor), lower, upper));
        (liquidity,,, owed0, owed1) = ICanonicalPool(pool).positions(key);
    }

    function _create(bytes memory code) internal returns (address made) {
        assembly ("memory-safe") {
            made := create(0, add(code, 32), mload(code))
        }
        require(made != address(0), "creation failed");
    }

    // ---------------------------------------------------------------- assertions

    function assertEq(uint256 actual, uint256 expected, string memory what) internal pure {
        // Not as the argument of a require, which would be made every time.
        if (actual != expected) {
            revert(string.concat(what, ": ", vm.toString(actual), ", not ", vm.toString(expected)));
        }
    }

    function assertEq(address actual, address expected, string memory what) internal pure {
        require(actual == expected, string.concat(what, ": ", vm.toString(actual), ", not ", vm.toString(expected)));
    }

    function assertTrue(bool holds, string memory what) internal pure {
        require(holds, what);
    }

    /// @return value brought into [low, high]
    function bound(uint256 value, uint256 low, uint256 high) internal pure returns (uint256) {
        return high - low == type(uint256).max ? value : low + value % (high - low + 1);
    }
}
