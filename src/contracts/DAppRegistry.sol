// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Releases of DApps: who may publish, which bundle each release is, which to install.
/// @notice An app is the 20 bytes of its DID. Whoever proves to hold the key of the DID owns it here.
/// What a bundle holds and where to fetch it is elsewhere: its digest decides. A DID that was ended
/// on the identity chain is not known to be so here: who installs asks there too.
contract DAppRegistry {
    /// @dev One slot. The era changes with each owner, so that an owner's publishers end with it.
    struct App {
        address owner;
        uint32 latest;
        uint32 floor;
        uint32 era;
    }

    struct Release {
        bytes32 bundle;
        uint64 time;
        uint32 prev;
        uint8 status;
    }

    /// A claim of an app that somebody else owns, which waits.
    struct Recovery {
        address claimant;
        uint64 due;
    }

    event Claimed(bytes20 indexed app, address indexed owner);
    event Published(
        bytes20 indexed app,
        uint32 indexed seq,
        bytes32 indexed bundle,
        uint32 prev,
        address by,
        string version,
        string locations
    );
    event Status(bytes20 indexed app, uint32 indexed seq, uint8 status, string reason);
    event Channel(bytes20 indexed app, bytes32 indexed name, uint32 seq);
    event Floor(bytes20 indexed app, uint32 seq);
    event Publisher(bytes20 indexed app, address indexed publisher, uint64 until);
    event Pending(bytes20 indexed app, address indexed to);
    event Moved(bytes20 indexed app, address indexed from, address indexed to);
    event Recovering(bytes20 indexed app, address indexed claimant, uint64 due);
    event Vetoed(bytes20 indexed app, address indexed claimant);

    error BadProof();
    error NotOwner();
    error NotPublisher();
    error NotNew(uint32 latest);
    error TooFar(uint32 most);
    error BundleKnown(uint32 seq);
    error NoBundle();
    error NoRelease(uint32 seq);
    error BadStatus();
    error Revoked(uint32 seq);
    error NotOk(uint32 seq);
    error BelowFloor(uint32 floor);
    error FloorNotHigher(uint32 floor);
    error BadExpiry();
    error TooLong();
    error NothingPending();
    error TooEarly(uint64 due);
    error BadDelay();

    uint8 public constant OK = 1;
    /// Not chosen by itself; still installed by who names it.
    uint8 public constant YANKED = 2;
    /// Not to be installed or run. For ever.
    uint8 public constant REVOKED = 3;

    uint256 public constant MAX_VERSION_BYTES = 64;
    uint256 public constant MAX_LOCATIONS_BYTES = 2048;
    uint256 public constant MAX_REASON_BYTES = 256;
    uint64 public constant MAX_DELEGATION = 366 days;
    uint64 public constant MAX_DELAY = 30 days;
    uint64 public constant VETO_PAUSE = 30 days;
    /// @notice Numbers a publisher may leave out, so that a stolen key cannot use them up at once.
    uint32 public constant MAX_STEP = 1_000_000;

    /// @dev SHA-256 of "elastos.dapp.registry.claim.v1"
    bytes32 private constant CLAIM =
        0x56c498758eb2dff180e717f17326965c44b8a2688dfecaba8bc22ca0fd95ac42;
    /// @dev Native code of the chain that verifies P-256. @see ESC core/vm/contracts.go p256Verify
    address private constant P256_VERIFY = address(0x3e9);

    /// @notice Seconds that a claim of an owned app waits for the veto of its owner.
    uint64 public immutable claimDelay;

    mapping(bytes20 app => App) public apps;
    mapping(bytes20 app => uint256) public nonces;
    mapping(bytes20 app => address) public pendingOwner;
    mapping(bytes20 app => Recovery) public recoveries;
    mapping(bytes20 app => uint64) public vetoFrom;
    mapping(bytes20 app => mapping(uint32 seq => Release)) public releases;
    mapping(bytes20 app => mapping(bytes32 bundle => uint32)) public seqOf;
    mapping(bytes20 app => mapping(bytes32 name => uint32)) public channels;
    mapping(bytes20 app => mapping(uint32 era => mapping(address => uint64))) private until;

    constructor(uint64 delay) {
        if (delay > MAX_DELAY) revert BadDelay();
        claimDelay = delay;
    }

    modifier onlyOwner(bytes20 app) {
        if (apps[app].owner != msg.sender) revert NotOwner();
        _;
    }

    /// @notice Takes an app for the sender, by a signature of the key that its DID is made from.
    /// An app of another owner changes hands after `claimDelay`, unless the owner vetoes; one claim
    /// waits at a time. A claim by the owner ends the one that waits.
    /// @param key compressed P-256 key, 33 bytes
    /// @param signature r and s, 64 bytes, over SHA-256 of the 64 bytes
    /// SHA-256("elastos.dapp.registry.claim.v1") ‖
    /// SHA-256(abi.encode(chain id, this contract, sender, nonce of the app))
    function claim(bytes calldata key, bytes calldata signature) external returns (bytes20 app) {
        if (key.length != 33 || signature.length != 64) revert BadProof();
        app = ripemd160(abi.encodePacked(sha256(abi.encodePacked(hex"21", key, hex"ad"))));
        uint256 nonce = nonces[app]++;
        bytes32 claimed = sha256(abi.encode(block.chainid, address(this), msg.sender, nonce));
        (bool ok, bytes memory answer) = P256_VERIFY.staticcall(
            abi.encodePacked(bytes32(0), key, CLAIM, claimed, signature)
        );
        if (!ok || answer.length != 32 || abi.decode(answer, (uint256)) != 1) revert BadProof();
        address owner = apps[app].owner;
        if (owner == address(0)) {
            apps[app].owner = msg.sender;
            emit Claimed(app, msg.sender);
        } else if (owner == msg.sender) {
            delete recoveries[app];
            emit Claimed(app, msg.sender);
        } else {
            uint64 due = uint64(block.timestamp) + claimDelay;
            recoveries[app] = Recovery(msg.sender, due);
            emit Recovering(app, msg.sender, due);
            if (claimDelay == 0) finishClaim(app);
        }
    }

    /// @notice Lets a claim that has waited long enough come true; anybody may.
    function finishClaim(bytes20 app) public {
        Recovery memory recovery = recoveries[app];
        if (recovery.claimant == address(0)) revert NothingPending();
        if (block.timestamp < recovery.due) revert TooEarly(recovery.due);
        delete recoveries[app];
        move(app, recovery.claimant);
    }

    /// @notice Ends a claim that waits; once in `VETO_PAUSE`, so that the DID has the last word.
    function veto(bytes20 app) external onlyOwner(app) {
        address claimant = recoveries[app].claimant;
        if (claimant == address(0)) revert NothingPending();
        if (block.timestamp < vetoFrom[app]) revert TooEarly(vetoFrom[app]);
        vetoFrom[app] = uint64(block.timestamp) + VETO_PAUSE;
        delete recoveries[app];
        emit Vetoed(app, claimant);
    }

    /// @notice Offers the app to another owner, who must accept; nobody (0) takes the offer back.
    function transfer(bytes20 app, address to) external onlyOwner(app) {
        pendingOwner[app] = to;
        emit Pending(app, to);
    }

    function accept(bytes20 app) external {
        if (pendingOwner[app] != msg.sender) revert NothingPending();
        move(app, msg.sender);
    }

    /// @notice Lets somebody else publish until a time, at most `MAX_DELEGATION` away; 0 ends it.
    function setPublisher(bytes20 app, address publisher, uint64 end) external onlyOwner(app) {
        bool fits = end > block.timestamp && end <= block.timestamp + MAX_DELEGATION;
        if (end != 0 && !fits) revert BadExpiry();
        until[app][apps[app].era][publisher] = end;
        emit Publisher(app, publisher, end);
    }

    /// @notice Puts a release on record, by the owner or a publisher.
    /// @param seq higher than all before it
    /// @param bundle SHA-256 of the manifest; new for this app
    /// @param version for people
    /// @param locations where it can be fetched: a hint, not a promise
    /// @param channel moved to this release; 0 for none
    function publish(
        bytes20 app,
        uint32 seq,
        bytes32 bundle,
        string calldata version,
        string calldata locations,
        bytes32 channel
    ) external {
        App memory state = apps[app];
        if (state.owner != msg.sender) {
            if (until[app][state.era][msg.sender] < block.timestamp) revert NotPublisher();
            if (seq > state.latest && seq - state.latest > MAX_STEP) {
                revert TooFar(state.latest + MAX_STEP);
            }
        }
        if (seq <= state.latest) revert NotNew(state.latest);
        if (bundle == 0) revert NoBundle();
        if (seqOf[app][bundle] != 0) revert BundleKnown(seqOf[app][bundle]);
        if (bytes(version).length > MAX_VERSION_BYTES) revert TooLong();
        if (bytes(locations).length > MAX_LOCATIONS_BYTES) revert TooLong();
        apps[app].latest = seq;
        seqOf[app][bundle] = seq;
        releases[app][seq] = Release(bundle, uint64(block.timestamp), state.latest, OK);
        emit Published(app, seq, bundle, state.latest, msg.sender, version, locations);
        if (channel != 0) point(app, channel, seq);
    }

    /// @notice Says that a release is OK, YANKED or REVOKED. REVOKED is for ever.
    function setStatus(bytes20 app, uint32 seq, uint8 status, string calldata reason)
        external
        onlyOwner(app)
    {
        Release storage release = known(app, seq);
        if (status < OK || status > REVOKED) revert BadStatus();
        if (release.status == REVOKED) revert Revoked(seq);
        if (bytes(reason).length > MAX_REASON_BYTES) revert TooLong();
        release.status = status;
        emit Status(app, seq, status, reason);
    }

    /// @notice Moves a channel to a release, forward or back; 0 ends the channel.
    function setChannel(bytes20 app, bytes32 name, uint32 seq) external onlyOwner(app) {
        if (seq != 0) {
            if (known(app, seq).status != OK) revert NotOk(seq);
            if (seq < apps[app].floor) revert BelowFloor(apps[app].floor);
        }
        point(app, name, seq);
    }

    /// @notice Says that no release below this one is to be installed again. Only upward.
    function setFloor(bytes20 app, uint32 seq) external onlyOwner(app) {
        known(app, seq);
        if (seq <= apps[app].floor) revert FloorNotHigher(apps[app].floor);
        apps[app].floor = seq;
        emit Floor(app, seq);
    }

    /// @notice What a channel points at, whether or not it may be installed; zeros for none.
    function resolve(bytes20 app, bytes32 name)
        external
        view
        returns (uint32 seq, Release memory release, uint32 floor)
    {
        seq = channels[app][name];
        release = releases[app][seq];
        floor = apps[app].floor;
    }

    /// @notice When a publisher's right ends; 0 for one that has none.
    function publisherUntil(bytes20 app, address publisher) external view returns (uint64) {
        return until[app][apps[app].era][publisher];
    }

    function known(bytes20 app, uint32 seq) private view returns (Release storage release) {
        release = releases[app][seq];
        if (release.bundle == 0) revert NoRelease(seq);
    }

    function point(bytes20 app, bytes32 name, uint32 seq) private {
        channels[app][name] = seq;
        emit Channel(app, name, seq);
    }

    function move(bytes20 app, address to) private {
        address from = apps[app].owner;
        apps[app].owner = to;
        apps[app].era++;
        delete pendingOwner[app];
        emit Moved(app, from, to);
    }
}
