// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { IERC20, IV3Pool } from "./Interfaces.sol";

/// @title Just-in-time liquidity executor and vault
/// @notice Mints one concentrated-liquidity position before a target swap and burns it after, inside one block.
/// The contract is the vault: the inventory stays in it, every position belongs to it and every collect pays to it.
/// An operator can only move tokens into a listed pool and back. There is no approval, no arbitrary call, no delegatecall
/// and no proxy; only the owner takes anything out, and only to itself.
/// @dev Rights: operators mint and burn; the guardian pauses and unwinds; the owner does everything else.
contract JitExecutor {
    struct PoolEntry {
        address pool;
        bool listed;
    }

    /// @notice Who lists, rotates, unpauses and withdraws (a Safe in production). Fixed: to change it, withdraw and redeploy.
    address public immutable OWNER;

    /// @notice How long whatever gives rights or raises a limit has to wait after it was announced, in seconds. Taking rights
    /// away waits for nothing.
    uint256 public immutable LOOSEN_DELAY_S;

    /// @notice Who may pause and unwind.
    address public guardian;
    /// @notice While true nothing works but unwind, withdraw and the owner's settings.
    bool public paused;
    /// @notice The most that one burn may pay to the block's producer, in wei. Bounds what a stolen operator key can give away.
    uint88 public tipCapWei;

    /// @notice The accounts that may mint and burn (one for each signing lane).
    mapping(address account => bool allowed) public isOperator;
    /// @notice When an announced call may be made; zero: not announced. The id is keccak256 of its calldata.
    mapping(bytes32 callId => uint256 timestamp) public readyAt;

    /// @notice How many numbers have been given out to pools; they run from 0.
    uint16 public poolCount;
    mapping(uint16 poolId => PoolEntry entry) private _pools;
    mapping(address pool => uint256 idPlusOne) private _poolIds;

    /// The pool whose mint callback is expected now; zero outside of a mint and again after its one callback.
    address private transient _poolInFlight;
    /// Set while mint, burn, unwind or withdraw runs.
    bool private transient _entered;
    uint256 private transient _amount0Max;
    uint256 private transient _amount1Max;

    event OperatorSet(address indexed account, bool allowed);
    event GuardianSet(address indexed guardian);
    event TipCapSet(uint256 tipCapWei);
    event Scheduled(bytes32 indexed callId, bytes call, uint256 readyAt);
    event Cancelled(bytes32 indexed callId);
    event Paused(address indexed by);
    event Unpaused(address indexed by);
    event PoolListed(uint16 indexed poolId, address indexed pool, address indexed deployer, bytes32 initCodeHash);
    event PoolUnlisted(uint16 indexed poolId, address indexed pool);
    event Unwound(
        uint16 indexed poolId, int24 tickLower, int24 tickUpper, uint128 liquidity, uint256 amount0, uint256 amount1
    );
    event Withdrawn(address indexed token, uint256 amount);

    error WrongBlock(uint256 expected, uint256 actual);
    error WrongParent(bytes32 expected, bytes32 actual);
    error WrongPrice(uint160 expected, uint160 actual);
    error NotOperator(address account);
    error NotGuardian(address account);
    error NotOwner(address account);
    error NotReady(bytes32 callId, uint256 readyAt);
    error IsPaused();
    error Reentered();
    error UnknownPool(uint16 poolId);
    error UnlistedPool(uint16 poolId);
    error AlreadyListed(address pool);
    error NotFactoryPool(address pool, address expected);
    error UnexpectedCallback(address caller);
    error AmountAboveMax(address token, uint256 asked, uint256 max);
    error AmountBelowMin(uint256 amount0, uint256 amount1);
    error BalanceMismatch(address token, uint256 expected, uint256 actual);
    error TransferFailed(address token);
    error TipAboveCap(uint256 tipWei, uint256 capWei);
    error TipFailed(uint256 tipWei);
    error ZeroAddress();

    modifier onlyOwner() {
        require(msg.sender == OWNER, NotOwner(msg.sender));
        _;
    }

    modifier onlyGuardian() {
        require(msg.sender == guardian || msg.sender == OWNER, NotGuardian(msg.sender));
        _;
    }

    modifier nonReentrant() {
        require(!_entered, Reentered());
        _entered = true;
        _;
        _entered = false;
    }

    /// The block number comes first: a plan is bound to one block, and one that came late must revert for as little gas as possible.
    modifier onlyOperatorInBlock(uint64 blockNumber) {
        require(block.number == blockNumber, WrongBlock(blockNumber, block.number));
        require(isOperator[msg.sender], NotOperator(msg.sender));
        require(!paused, IsPaused());
        _;
    }

    /// @param owner_ lists pools, sets rights, unpauses, withdraws
    /// @param guardian_ pauses and unwinds; zero for none but the owner
    /// @param tipCapWei_ the most that one burn may tip
    /// @param loosenDelayS seconds between `schedule` and a call that loosens; zero for a chain where nothing is at stake
    constructor(address owner_, address guardian_, uint88 tipCapWei_, uint256 loosenDelayS) {
        require(owner_ != address(0), ZeroAddress());
        OWNER = owner_;
        LOOSEN_DELAY_S = loosenDelayS;
        guardian = guardian_;
        tipCapWei = tipCapWei_;
        emit GuardianSet(guardian_);
        emit TipCapSet(tipCapWei_);
    }

    /// @notice Takes the ETH that tips are paid from.
    receive() external payable { }

    // ---------------------------------------------------------------- operator

    /// @notice Mints a position of this contract in a listed pool, in exactly the state of the chain that the plan was made for.
    /// @param poolId the pool's number in the list
    /// @param sqrtPriceX96 the price that slot0 must show
    /// @param blockNumber the only block in which this may execute
    /// @param parentHash the hash that the block before it must have
    /// @param amount0Max the most of token0 that the pool may ask for, in its smallest unit; likewise amount1Max
    function mint(
        uint16 poolId,
        int24 tickLower,
        int24 tickUpper,
        uint128 liquidity,
        uint160 sqrtPriceX96,
        uint64 blockNumber,
        bytes32 parentHash,
        uint256 amount0Max,
        uint256 amount1Max
    ) external onlyOperatorInBlock(blockNumber) nonReentrant {
        bytes32 parent = blockhash(block.number - 1);
        require(parent == parentHash, WrongParent(parentHash, parent));
        IV3Pool pool = _listedPool(poolId);
        (uint160 price,) = pool.slot0();
        require(price == sqrtPriceX96, WrongPrice(sqrtPriceX96, price));

        _amount0Max = amount0Max;
        _amount1Max = amount1Max;
        _poolInFlight = address(pool);
        pool.mint(address(this), tickLower, tickUpper, liquidity, "");
        // A pool that took nothing made no callback.
        _poolInFlight = address(0);
    }

    /// @notice Burns a position, collects everything that it is owed and tips the block's producer from this contract's ETH.
    /// @param amount0Min the least that burn and fees together must bring in token0; likewise amount1Min
    /// @param tipWei what block.coinbase gets, at most tipCapWei
    function burn(
        uint16 poolId,
        int24 tickLower,
        int24 tickUpper,
        uint128 liquidity,
        uint64 blockNumber,
        uint256 amount0Min,
        uint256 amount1Min,
        uint256 tipWei
    ) external onlyOperatorInBlock(blockNumber) nonReentrant {
        (uint256 amount0, uint256 amount1) = _close(_listedPool(poolId), tickLower, tickUpper, liquidity);
        require(amount0 >= amount0Min && amount1 >= amount1Min, AmountBelowMin(amount0, amount1));
        _tip(tipWei);
    }

    // ---------------------------------------------------------------- callbacks of the pool in flight

    /// @notice Pays a mint. Uniswap V3 and its forks call this.
    function uniswapV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata) external {
        _pay(amount0Owed, amount1Owed);
    }

    /// @notice Pays a mint. PancakeSwap V3 calls this.
    function pancakeV3MintCallback(uint256 amount0Owed, uint256 amount1Owed, bytes calldata) external {
        _pay(amount0Owed, amount1Owed);
    }

    // ---------------------------------------------------------------- guardian

    /// @notice Stops minting and burning. Only the owner can undo it.
    function pause() external onlyGuardian {
        paused = true;
        emit Paused(msg.sender);
    }

    /// @notice Takes back an announcement.
    function cancel(bytes32 callId) external onlyGuardian {
        delete readyAt[callId];
        emit Cancelled(callId);
    }

    /// @notice Takes a position that was left behind back into the vault, also from an unlisted pool and while paused.
    /// @param liquidity what to burn; zero only collects what is owed
    function unwind(uint16 poolId, int24 tickLower, int24 tickUpper, uint128 liquidity)
        external
        onlyGuardian
        nonReentrant
        returns (uint256 amount0, uint256 amount1)
    {
        (amount0, amount1) = _close(IV3Pool(_entry(poolId).pool), tickLower, tickUpper, liquidity);
        emit Unwound(poolId, tickLower, tickUpper, liquidity, amount0, amount1);
    }

    // ---------------------------------------------------------------- owner

    /// @notice Announces a call that loosens: `listPool`, a new `setGuardian`, `setOperator` that gives, `setTipCap` that raises. It may be
    /// made once, with exactly this calldata, when the delay has passed.
    function schedule(bytes calldata call) external onlyOwner {
        bytes32 callId = keccak256(call);
        uint256 timestamp = block.timestamp + LOOSEN_DELAY_S;
        readyAt[callId] = timestamp;
        emit Scheduled(callId, call, timestamp);
    }

    /// @notice Adds a pool to the list after proving that its factory made it.
    /// @param deployer the CREATE2 deployer of the fork: Uniswap's and SushiSwap's factory, PancakeSwap's pool deployer
    /// @param initCodeHash keccak256 of the fork's pool creation code
    /// @return poolId the number to use in mint and burn; a pool that was listed before keeps its number
    function listPool(address pool, address deployer, bytes32 initCodeHash) external onlyOwner returns (uint16 poolId) {
        _loosen();
        address proved = _create2Address(IV3Pool(pool), deployer, initCodeHash);
        require(pool == proved, NotFactoryPool(pool, proved));
        uint256 idPlusOne = _poolIds[pool];
        if (idPlusOne == 0) {
            // Checked arithmetic: it reverts after 65,535 pools.
            poolId = poolCount;
            poolCount = poolId + 1;
            _poolIds[pool] = uint256(poolId) + 1;
        } else {
            // forge-lint: disable-next-line(unsafe-typecast) -- made from a uint16 above
            poolId = uint16(idPlusOne - 1);
            require(!_pools[poolId].listed, AlreadyListed(pool));
        }
        _pools[poolId] = PoolEntry({ pool: pool, listed: true });
        emit PoolListed(poolId, pool, deployer, initCodeHash);
    }

    /// @notice Forbids minting and burning in a pool; a position left in it can still be unwound.
    function unlistPool(uint16 poolId) external onlyOwner {
        IV3Pool pool = _listedPool(poolId);
        _pools[poolId].listed = false;
        emit PoolUnlisted(poolId, address(pool));
    }

    /// @notice Gives or takes the right to mint and burn.
    function setOperator(address account, bool allowed) external onlyOwner {
        require(account != address(0), ZeroAddress());
        if (allowed) _loosen();
        isOperator[account] = allowed;
        emit OperatorSet(account, allowed);
    }

    /// @notice Changes the guardian; zero, at once, for none but the owner: a guardian who went over to the other side could
    /// otherwise cancel the announcement of its successor for ever.
    function setGuardian(address guardian_) external onlyOwner {
        if (guardian_ != address(0)) _loosen();
        guardian = guardian_;
        emit GuardianSet(guardian_);
    }

    /// @notice Changes the most that one burn may tip.
    function setTipCap(uint88 tipCapWei_) external onlyOwner {
        if (tipCapWei_ > tipCapWei) _loosen();
        tipCapWei = tipCapWei_;
        emit TipCapSet(tipCapWei_);
    }

    /// @notice Lets the operators work again.
    function unpause() external onlyOwner {
        paused = false;
        emit Unpaused(msg.sender);
    }

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

    // ---------------------------------------------------------------- views

    /// @notice The pool behind a number, and whether it is listed now.
    function pools(uint16 poolId) external view returns (address pool, bool listed) {
        PoolEntry memory entry = _entry(poolId);
        return (entry.pool, entry.listed);
    }

    // ---------------------------------------------------------------- private

    /// The call that runs now must have been announced long enough ago; the announcement is used up.
    function _loosen() private {
        if (LOOSEN_DELAY_S == 0) return;
        bytes32 callId = keccak256(msg.data);
        uint256 timestamp = readyAt[callId];
        require(timestamp != 0 && block.timestamp >= timestamp, NotReady(callId, timestamp));
        delete readyAt[callId];
    }

    function _pay(uint256 amount0Owed, uint256 amount1Owed) private {
        address pool = _poolInFlight;
        require(msg.sender == pool, UnexpectedCallback(msg.sender));
        _poolInFlight = address(0);
        if (amount0Owed > 0) _payExactly(IERC20(IV3Pool(pool).token0()), pool, amount0Owed, _amount0Max);
        if (amount1Owed > 0) _payExactly(IERC20(IV3Pool(pool).token1()), pool, amount1Owed, _amount1Max);
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
        pool.burn(tickLower, tickUpper, liquidity);
        (amount0, amount1) = pool.collect(address(this), tickLower, tickUpper, type(uint128).max, type(uint128).max);
        _requireBalance(token0, before0 + amount0);
        _requireBalance(token1, before1 + amount1);
    }

    function _requireBalance(IERC20 token, uint256 expected) private view {
        uint256 actual = token.balanceOf(address(this));
        require(actual == expected, BalanceMismatch(address(token), expected, actual));
    }

    function _tip(uint256 tipWei) private {
        if (tipWei == 0) return;
        require(tipWei <= tipCapWei, TipAboveCap(tipWei, tipCapWei));
        require(_send(block.coinbase, tipWei), TipFailed(tipWei));
    }

    /// Some tokens return nothing (USDT), the others true.
    function _transfer(IERC20 token, address to, uint256 amount) private {
        // A typed call would demand the return value that USDT does not give.
        // solhint-disable-next-line avoid-low-level-calls
        (bool ok, bytes memory result) = address(token).call(abi.encodeCall(IERC20.transfer, (to, amount)));
        ok = ok && (result.length == 0 ? address(token).code.length > 0 : abi.decode(result, (bool)));
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

    function _listedPool(uint16 poolId) private view returns (IV3Pool) {
        PoolEntry memory entry = _entry(poolId);
        require(entry.listed, UnlistedPool(poolId));
        return IV3Pool(entry.pool);
    }

    function _entry(uint16 poolId) private view returns (PoolEntry memory entry) {
        entry = _pools[poolId];
        require(entry.pool != address(0), UnknownPool(poolId));
    }

    function _create2Address(IV3Pool pool, address deployer, bytes32 initCodeHash) private view returns (address) {
        bytes32 salt = keccak256(abi.encode(pool.token0(), pool.token1(), pool.fee()));
        return address(uint160(uint256(keccak256(abi.encodePacked(hex"ff", deployer, salt, initCodeHash)))));
    }
}
