// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IERC20, IV3Pool } from "./Interfaces.sol";
import { Listing } from "./Listing.sol";
import { Rights } from "./Rights.sol";
import { Fork, Head, PoolWord, Settings, Weight } from "./Words.sol";

/// @title Just-in-time liquidity executor and vault
/// @notice Mints one concentrated-liquidity position before a target swap and burns it after, inside one block.
/// The contract is the vault: the inventory stays in it, every position belongs to it and every collect pays to it.
/// An operator can only move tokens into a listed pool and back. There is no approval, no arbitrary call, no delegatecall
/// and no proxy; only the owner takes anything out, and only to itself.
/// @dev Rights: operators mint and burn; the guardian pauses and unwinds; the owner does everything else.
contract JitExecutor is Listing {
    /// Selector, head, parent hash, two maximums, price, tick, liquidity of the pool.
    uint256 private constant MINT_LENGTH = 4 + 32 + 32 + 32 + 20 + 3 + 16;
    /// Selector, head, two minimums, tip, least proceeds, two prices.
    uint256 private constant BURN_LENGTH = 4 + 32 + 32 + 10 + 12 + 5 + 5;

    /// The pool whose mint callback is expected now; zero outside of a mint and again after its one callback.
    PoolWord private transient _inFlight;
    /// The most that this callback may ask for: token0 (128) | token1 (128).
    uint256 private transient _maximums;
    /// Set while mint, burn, unwind or withdraw runs.
    bool private transient _entered;

    event Unwound(
        uint16 indexed poolId, int24 tickLower, int24 tickUpper, uint128 liquidity, uint256 amount0, uint256 amount1
    );
    event Withdrawn(address indexed token, uint256 amount);

    error WrongLength(uint256 actual);
    error WrongBlock(uint256 expected, uint256 actual);
    error WrongParent(bytes32 expected, bytes32 actual);
    error WrongPrice(uint160 expected, uint160 actual);
    error WrongTick(int24 expected, int24 actual);
    error WrongLiquidity(uint128 expected, uint128 actual);
    error Reentered();
    error UnexpectedCallback(address caller);
    error AmountAboveMax(address token, uint256 asked, uint256 max);
    error AmountBelowMin(uint256 amount0, uint256 amount1);
    error ProceedsBelowMin(uint256 proceedsWei, uint256 minWei);
    error BalanceMismatch(address token, uint256 expected, uint256 actual);
    error TransferFailed(address token);
    error TransactionAboveCap(uint256 gwei_, uint256 capGwei);
    error TipAboveCap(uint256 gwei_, uint256 capGwei);
    error TipFailed(uint256 tipWei);

    modifier nonReentrant() {
        require(!_entered, Reentered());
        _entered = true;
        _;
        _entered = false;
    }

    /// The block number comes first: a plan is bound to one block, and one that came late must revert for as little gas as possible.
    modifier onlyOperatorInBlock(uint256 length) {
        require(msg.data.length == length, WrongLength(msg.data.length));
        uint256 expected = _head().blockNumber();
        require(block.number == expected, WrongBlock(expected, block.number));
        require(isOperator[msg.sender], NotOperator(msg.sender));
        require(!_settings.paused(), IsPaused());
        _;
    }

    /// @param owner_ lists tokens and pools, sets rights and caps, unpauses, withdraws
    /// @param guardian_ pauses and unwinds; zero for none but the owner
    /// @param transactionCapGwei_ the most that one mint may put into a pool, at the pool's weights
    /// @param blockCapGwei_ the most that one block may put into pools and give as tips
    /// @param tipCapGwei_ the most that one burn may tip
    /// @param loosenDelayS seconds between `schedule` and a call that loosens; zero for a chain where nothing is at stake
    constructor(
        address owner_,
        address guardian_,
        uint56 transactionCapGwei_,
        uint56 blockCapGwei_,
        uint40 tipCapGwei_,
        uint256 loosenDelayS
    ) Rights(owner_, guardian_, transactionCapGwei_, blockCapGwei_, tipCapGwei_, loosenDelayS) { }

    /// @notice Takes the ETH that tips are paid from.
    receive() external payable { }

    // ---------------------------------------------------------------- operator

    /// @notice Mints a position of this contract in a listed pool, in exactly the state of the chain that the plan was made for.
    /// Its arguments are packed behind the selector: Head; parent hash (32 bytes); the most of token0 (16), of token1 (16) that the pool
    /// may ask for; sqrtPriceX96 (20), tick (3) that slot0 must show; liquidity (16) that the pool must have.
    function mint() external onlyOperatorInBlock(MINT_LENGTH) nonReentrant {
        bytes32 parentHash = bytes32(_word(36));
        bytes32 parent = blockhash(block.number - 1);
        require(parent == parentHash, WrongParent(parentHash, parent));
        Head head = _head();
        PoolWord word = _listed(head.poolId());
        IV3Pool pool = IV3Pool(word.pool());
        _requireState(pool);

        _maximums = _word(68);
        _inFlight = word;
        pool.mint(address(this), head.tickLower(), head.tickUpper(), head.liquidity(), "");
        // A pool that took nothing made no callback.
        _inFlight = PoolWord.wrap(0);
    }

    /// @notice Burns a position, collects everything that it is owed and tips the block's producer from this contract's ETH.
    /// Its arguments are packed behind the selector: Head; the least that burn and fees together must bring of token0 (16 bytes), of token1
    /// (16); what block.coinbase gets, in wei (10); what the proceeds must be worth, in wei (12): the cost of the position, the tip
    /// and the least profit; the prices of the two tokens for that, as Weight (5, 5).
    function burn() external onlyOperatorInBlock(BURN_LENGTH) nonReentrant {
        Head head = _head();
        PoolWord word = _listed(head.poolId());
        (uint256 amount0, uint256 amount1) =
            _close(IV3Pool(word.pool()), head.tickLower(), head.tickUpper(), head.liquidity());
        uint256 minimums = _word(36);
        // forge-lint: disable-next-line(unsafe-typecast) -- the lower half
        require(amount0 >= minimums >> 128 && amount1 >= uint128(minimums), AmountBelowMin(amount0, amount1));
        _settle(_word(68), amount0, amount1);
    }

    // ---------------------------------------------------------------- callbacks of the pool in flight

    /// @notice Pays a mint. Pools of Uniswap V3 and SushiSwap V3 call this.
    function uniswapV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata) external {
        PoolWord word = _inFlight;
        require(word.fork() != Fork.PancakeV3, UnexpectedCallback(msg.sender));
        _pay(word, amount0Owed, amount1Owed);
    }

    /// @notice Pays a mint. Pools of PancakeSwap V3 call this.
    function pancakeV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata) external {
        PoolWord word = _inFlight;
        require(word.fork() == Fork.PancakeV3, UnexpectedCallback(msg.sender));
        _pay(word, amount0Owed, amount1Owed);
    }

    // ---------------------------------------------------------------- guardian

    /// @notice Takes a position that was left behind back into the vault, also from an unlisted pool and while paused. A token that takes
    /// a fee by now cannot keep it there: what arrives is better than nothing, so balances are not checked here.
    /// @param liquidity what to burn; zero only collects what is owed
    function unwind(uint16 poolId, int24 tickLower, int24 tickUpper, uint128 liquidity)
        external
        onlyGuardian
        nonReentrant
        returns (uint256 amount0, uint256 amount1)
    {
        (amount0, amount1) = _collect(IV3Pool(_known(poolId).pool()), tickLower, tickUpper, liquidity);
        emit Unwound(poolId, tickLower, tickUpper, liquidity, amount0, amount1);
    }

    // ---------------------------------------------------------------- owner

    /// @notice Sends inventory to the owner, also while paused.
    /// @param token the token, or zero for ETH
    function withdraw(address token, uint256 amount) external onlyOwner nonReentrant {
        emit Withdrawn(token, amount);
        if (token == address(0)) {
            require(_send(OWNER, amount), TransferFailed(token));
        } else {
            _transfer(IERC20(token), OWNER, amount);
        }
    }

    // ---------------------------------------------------------------- private

    /// The word of the calldata from this byte on. Its length was checked.
    function _word(uint256 from) private pure returns (uint256 word) {
        // Slices of msg.data check bounds that are known here.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            word := calldataload(from)
        }
    }

    function _head() private pure returns (Head) {
        return Head.wrap(_word(4));
    }

    /// Price, tick and liquidity of the pool are those of the plan: nobody traded or added liquidity before us.
    function _requireState(IV3Pool pool) private view {
        uint256 word = _word(100); // sqrtPriceX96 (160) | tick (24) | liquidity, its upper 72 bits
        // forge-lint: disable-start(unsafe-typecast) -- parts of packed words
        (uint160 expectedPrice, int24 expectedTick) = (uint160(word >> 96), int24(uint24(word >> 72)));
        uint128 expectedLiquidity = uint128(_word(MINT_LENGTH - 32));
        // forge-lint: disable-end(unsafe-typecast)
        (uint160 price, int24 tick) = pool.slot0();
        require(price == expectedPrice, WrongPrice(expectedPrice, price));
        require(tick == expectedTick, WrongTick(expectedTick, tick));
        uint128 liquidity = pool.liquidity();
        require(liquidity == expectedLiquidity, WrongLiquidity(expectedLiquidity, liquidity));
    }

    function _pay(PoolWord word, uint256 amount0, uint256 amount1) private {
        address pool = word.pool();
        require(msg.sender == pool, UnexpectedCallback(msg.sender));
        _inFlight = PoolWord.wrap(0);
        uint256 maximums = _maximums;
        // Both maximums have 128 bits, and so have the amounts from here on.
        if (amount0 > 0) _payExactly(IERC20(IV3Pool(pool).token0()), pool, amount0, maximums >> 128);
        // forge-lint: disable-next-line(unsafe-typecast) -- the lower half
        if (amount1 > 0) _payExactly(IERC20(IV3Pool(pool).token1()), pool, amount1, uint128(maximums));
        uint256 gwei_ = _inGwei(word.weight0().up(amount0) + word.weight1().up(amount1));
        Settings settings = _settings;
        uint256 cap = settings.transactionCapGwei();
        require(gwei_ <= cap, TransactionAboveCap(gwei_, cap));
        _spend(settings, gwei_);
    }

    /// A token that takes more than was asked for must not be able to drain the vault; the pool checks what arrived.
    function _payExactly(IERC20 token, address pool, uint256 amount, uint256 max) private {
        require(amount <= max, AmountAboveMax(address(token), amount, max));
        uint256 before = token.balanceOf(address(this));
        _transfer(token, pool, amount);
        _requireBalance(token, before - amount);
    }

    /// Burns and collects to this contract; what the pool says it paid must have arrived.
    function _close(IV3Pool pool, int24 tickLower, int24 tickUpper, uint128 liquidity)
        private
        returns (uint256 amount0, uint256 amount1)
    {
        IERC20 token0 = IERC20(pool.token0());
        IERC20 token1 = IERC20(pool.token1());
        uint256 before0 = token0.balanceOf(address(this));
        uint256 before1 = token1.balanceOf(address(this));
        (amount0, amount1) = _collect(pool, tickLower, tickUpper, liquidity);
        _requireBalance(token0, before0 + amount0);
        _requireBalance(token1, before1 + amount1);
    }

    function _collect(IV3Pool pool, int24 tickLower, int24 tickUpper, uint128 liquidity)
        private
        returns (uint256 amount0, uint256 amount1)
    {
        pool.burn(tickLower, tickUpper, liquidity);
        return pool.collect(address(this), tickLower, tickUpper, type(uint128).max, type(uint128).max);
    }

    function _requireBalance(IERC20 token, uint256 expected) private view {
        uint256 actual = token.balanceOf(address(this));
        require(actual == expected, BalanceMismatch(address(token), expected, actual));
    }

    /// The proceeds are worth what the plan needs; then the tip is paid.
    /// @param terms tip (80) | least proceeds (96) | prices of token0 and token1 (40, 40)
    function _settle(uint256 terms, uint256 amount0, uint256 amount1) private {
        uint256 tipWei = terms >> 176;
        // forge-lint: disable-start(unsafe-typecast) -- parts of a packed word
        uint256 minWei = uint96(terms >> 80);
        (Weight price0, Weight price1) = (Weight.wrap(uint40(terms >> 40)), Weight.wrap(uint40(terms)));
        // forge-lint: disable-end(unsafe-typecast)
        uint256 proceedsWei = price0.down(amount0) + price1.down(amount1);
        require(proceedsWei >= minWei, ProceedsBelowMin(proceedsWei, minWei));
        if (tipWei == 0) return;
        Settings settings = _settings;
        uint256 gwei_ = _inGwei(tipWei);
        uint256 cap = settings.tipCapGwei();
        require(gwei_ <= cap, TipAboveCap(gwei_, cap));
        _spend(settings, gwei_);
        require(_send(block.coinbase, tipWei), TipFailed(tipWei));
    }

    /// Rounded up.
    function _inGwei(uint256 wei_) private pure returns (uint256) {
        unchecked {
            return (wei_ + (1 gwei - 1)) / 1 gwei;
        }
    }

    /// Some tokens return nothing (USDT), the others true. A typed call would demand the return value; one that keeps it as bytes in memory
    /// costs 480 gas more.
    function _transfer(IERC20 token, address to, uint256 amount) private {
        bytes4 selector = IERC20.transfer.selector;
        bool ok;
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            let data := mload(0x40) // free memory, and not taken
            mstore(data, selector)
            mstore(add(data, 4), and(to, sub(shl(160, 1), 1)))
            mstore(add(data, 36), amount)
            mstore(0, 0) // an answer of less than a word is not true
            ok := call(gas(), token, 0, data, 68, 0, 32)
            switch returndatasize()
            case 0 { ok := and(ok, iszero(iszero(extcodesize(token)))) }
            default { ok := and(ok, eq(mload(0), 1)) }
        }
        require(ok, TransferFailed(address(token)));
    }

    /// Copies no return data: the receiver is not ours to trust with our gas.
    function _send(address to, uint256 amountWei) private returns (bool ok) {
        // Solidity's call copies what comes back.
        // solhint-disable-next-line no-inline-assembly
        assembly ("memory-safe") {
            ok := call(gas(), to, amountWei, 0, 0, 0, 0)
        }
    }
}
