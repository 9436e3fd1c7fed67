// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import { Settings } from "./Words.sol";

/// @title Who may do what, and how much
/// @notice Owner, guardian, operators, pause, caps; and the delay for whatever loosens.
abstract contract Rights {
    /// @notice Who lists, rotates, unpauses and withdraws (a Safe in production). Fixed: to change it, withdraw and redeploy.
    address public immutable OWNER;

    /// @notice How long whatever gives rights or raises a limit has to wait after it was announced, in seconds. Taking rights
    /// away waits for nothing.
    uint256 public immutable LOOSEN_DELAY_S;

    /// @notice Who may pause and unwind.
    address public guardian;
    /// The pause, the caps and what was spent in this block: one word, because every mint reads and writes it.
    Settings internal _settings;

    /// @notice The accounts that may mint and burn (one for each signing lane).
    mapping(address account => bool allowed) public isOperator;
    /// @notice When an announced call may be made; zero: not announced. The id is keccak256 of its calldata.
    mapping(bytes32 callId => uint256 timestamp) public readyAt;

    event OperatorSet(address indexed account, bool allowed);
    event GuardianSet(address indexed guardian);
    event CapsSet(uint56 transactionGwei, uint56 blockGwei, uint40 tipGwei);
    event Scheduled(bytes32 indexed callId, bytes call, uint256 readyAt);
    event Cancelled(bytes32 indexed callId);
    event Paused(address indexed by);
    event Unpaused(address indexed by);

    error NotOperator(address account);
    error NotGuardian(address account);
    error NotOwner(address account);
    error NotReady(bytes32 callId, uint256 readyAt);
    error IsPaused();
    error ZeroAddress();
    error BlockAboveCap(uint256 gwei_, uint256 capGwei);

    modifier onlyOwner() {
        require(msg.sender == OWNER, NotOwner(msg.sender));
        _;
    }

    modifier onlyGuardian() {
        require(msg.sender == guardian || msg.sender == OWNER, NotGuardian(msg.sender));
        _;
    }

    constructor(
        address owner_,
        address guardian_,
        uint56 transactionCapGwei_,
        uint56 blockCapGwei_,
        uint40 tipCapGwei_,
        uint256 loosenDelayS
    ) {
        require(owner_ != address(0), ZeroAddress());
        OWNER = owner_;
        LOOSEN_DELAY_S = loosenDelayS;
        guardian = guardian_;
        _settings = _settings.withCaps(transactionCapGwei_, blockCapGwei_, tipCapGwei_);
        emit GuardianSet(guardian_);
        emit CapsSet(transactionCapGwei_, blockCapGwei_, tipCapGwei_);
    }

    // ---------------------------------------------------------------- guardian

    /// @notice Stops minting and burning. Only the owner can undo it.
    function pause() external onlyGuardian {
        _settings = _settings.withPaused(true);
        emit Paused(msg.sender);
    }

    /// @notice Takes back an announcement.
    function cancel(bytes32 callId) external onlyGuardian {
        delete readyAt[callId];
        emit Cancelled(callId);
    }

    // ---------------------------------------------------------------- owner

    /// @notice Announces a call that loosens: `listToken`, `listPool`, `setWeights` that lowers, a new `setGuardian`, `setOperator` that
    /// gives, `setCaps` that raises. It may be made once, with exactly this calldata, when the delay has passed.
    function schedule(bytes calldata call) external onlyOwner {
        bytes32 callId = keccak256(call);
        uint256 timestamp = block.timestamp + LOOSEN_DELAY_S;
        readyAt[callId] = timestamp;
        emit Scheduled(callId, call, timestamp);
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

    /// @notice Changes the most that one mint may put into a pool, that one block may put into pools and give as tips, and that one
    /// burn may tip, in gwei. The cap of a block bounds what a stolen operator key costs in it.
    function setCaps(uint56 transactionGwei, uint56 blockGwei, uint40 tipGwei) external onlyOwner {
        Settings settings = _settings;
        bool raised = transactionGwei > settings.transactionCapGwei() || blockGwei > settings.blockCapGwei()
            || tipGwei > settings.tipCapGwei();
        if (raised) _loosen();
        _settings = settings.withCaps(transactionGwei, blockGwei, tipGwei);
        emit CapsSet(transactionGwei, blockGwei, tipGwei);
    }

    /// @notice Lets the operators work again.
    function unpause() external onlyOwner {
        _settings = _settings.withPaused(false);
        emit Unpaused(msg.sender);
    }

    // ---------------------------------------------------------------- views

    /// @notice While true nothing works but unwind, withdraw and the owner's settings.
    function paused() external view returns (bool) {
        return _settings.paused();
    }

    /// @notice The most that a mint may put into a pool, that a block may put into pools and give as tips, and that a burn may tip.
    function caps() external view returns (uint56 transactionGwei, uint56 blockGwei, uint40 tipGwei) {
        Settings settings = _settings;
        return (settings.transactionCapGwei(), settings.blockCapGwei(), settings.tipCapGwei());
    }

    /// @notice What counts against the cap of the block that runs.
    function spentInBlock() external view returns (uint256 gwei_) {
        return _settings.spentGwei();
    }

    // ---------------------------------------------------------------- internal

    /// The call that runs now must have been announced long enough ago; the announcement is used up.
    function _loosen() internal {
        if (LOOSEN_DELAY_S == 0) return;
        bytes32 callId = keccak256(msg.data);
        uint256 timestamp = readyAt[callId];
        // A producer can move the clock by seconds; the delay is hours.
        // forge-lint: disable-next-line(block-timestamp)
        require(timestamp != 0 && block.timestamp >= timestamp, NotReady(callId, timestamp));
        delete readyAt[callId];
    }

    /// Counts an outflow against the cap of the block. What comes back is not counted: a value at the owner's weights is a
    /// bound for what leaves, but too coarse to give room again.
    function _spend(Settings settings, uint256 gwei_) internal {
        uint256 spent = settings.spentGwei() + gwei_;
        uint256 cap = settings.blockCapGwei();
        require(spent <= cap, BlockAboveCap(spent, cap));
        _settings = settings.withSpent(spent);
    }
}
