//! The table of all codes. Ranges: 01 syntax, 02 names and modules, 03 types, Regions and times, 04 recovery,
//! 05 AWS data, 06 layout and output, 07 input and output. A code is never given a second meaning.

use std::io::Read as _;

/// The pages of all codes: code and text, each with a zero byte behind it. `build.rs` packs them.
static PAGES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/pages.deflate"));

/// A stable code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// `DR0101`
    pub id: &'static str,
    /// What it is called in one line.
    pub title: &'static str,
}

impl Code {
    /// The page that `drc explain` prints (Markdown).
    #[must_use]
    pub fn page(self) -> String {
        let mut text = String::new();
        // What is packed when compiling can be unpacked; a test reads every page.
        let _ = flate2::read::DeflateDecoder::new(PAGES).read_to_string(&mut text);
        let mut parts = text.split('\0');
        while let (Some(code), Some(page)) = (parts.next(), parts.next()) {
            if code == self.id {
                return page.to_string();
            }
        }
        String::new()
    }
}

macro_rules! codes {
    ($($name:ident $id:literal $title:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: Code = Code { id: $id, title: $title };
        )*
        /// Every code, in order.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    UNEXPECTED "DR0101" "text that does not fit here";
    UNKNOWN_KEYWORD "DR0102" "a word that opens no statement";
    UNTERMINATED_STRING "DR0103" "a string without its closing quote";
    UNCLOSED "DR0104" "a bracket that is never closed";
    WRONG_SEPARATOR "DR0105" "`:` where `=` belongs, or `=` where `:` belongs";
    BAD_LITERAL "DR0106" "a number or unit that is written wrongly";
    TOO_DEEP "DR0107" "brackets nested too deeply";
    STRAY_CLOSER "DR0108" "a closing bracket that closes nothing";
    BAD_STRING "DR0109" "an escape or interpolation that is written wrongly";
    MISSING_VALUE "DR0110" "a value is missing";
    RESERVED_WORD "DR0111" "a reserved word used as a name";
    MISSING_SEPARATOR "DR0112" "two statements or elements without a separator";
    MISPLACED "DR0113" "a statement that cannot stand here";
    BAD_HEADER "DR0114" "a header that lacks a part or has one too many";
    BYTE_ORDER_MARK "DR0115" "a byte order mark at the start of the file";
    OPERATOR_SPACING "DR0116" "an operator without blanks around it";

    UNKNOWN_NAME "DR0201" "a name that nothing declares";
    UNKNOWN_MEMBER "DR0202" "a member that the thing does not have";
    DUPLICATE_NAME "DR0203" "a name declared twice";
    UNKNOWN_INPUT "DR0204" "an input or key that does not exist";
    NO_SUCH_MODULE "DR0205" "the standard library has no such module";
    MODULE_NOT_FOUND "DR0206" "a file of the project that is not there";
    MODULE_CYCLE "DR0207" "modules that use each other in a circle";
    PRIVATE "DR0208" "a definition that is private to its module";
    OUTSIDE_PROJECT "DR0209" "a path that leaves the project";
    UNKNOWN_LIBRARY "DR0210" "a library or version that does not exist";
    UNUSED_ALLOW "DR0211" "an `allow` that accepts nothing";
    UNKNOWN_CODE "DR0212" "an `allow` of a code that does not exist";
    COMPONENT_CYCLE "DR0213" "a component that contains itself";
    DEFINITION_CYCLE "DR0214" "a value that is defined by itself";
    PLATFORM_COUNT "DR0215" "no platform, or more than one";
    SETTING "DR0216" "a value for a setting or parameter that does not exist";

    TYPE_MISMATCH "DR0301" "a value of another type than expected";
    MISSING_INPUT "DR0302" "an input or key that is required";
    OUT_OF_BOUNDS "DR0303" "a value outside of what is allowed";
    UNIT_MISMATCH "DR0304" "a unit that does not fit";
    NOT_KNOWN_NOW "DR0305" "a value that is not known when compiling";
    RUN_VALUE "DR0306" "a value that exists at run time only";
    NO_MEMBER_HERE "DR0307" "nothing of that name in this Region";
    WHICH_REGION "DR0308" "a family where one member is needed";
    UNKNOWN_REGION "DR0309" "a Region that AWS does not have";
    NOT_PLACED "DR0310" "a placement that is not a Region";
    NOT_CALLABLE "DR0311" "a call of something that cannot be called so";
    MAYBE_NONE "DR0312" "a value that may be `none`";
    UNKNOWN_TYPE "DR0313" "a type that does not exist";
    BAD_OPERANDS "DR0314" "an operator that these values do not have";
    SECRET "DR0315" "a secret where it would be seen";
    METRIC_NOT_HERE "DR0316" "an alarm in a Region where its metric does not exist";
    NO_SUCH_KEY "DR0317" "a key or position that is not there";
    BAD_REGION_PAIR "DR0318" "Regions that cannot belong to one platform";
    NOT_TOLD "DR0319" "something that exists already and does not say what is asked of it";
    BAD_PATTERN "DR0320" "a pattern that CloudFormation reads differently";

    SPLIT_PLAN "DR0401" "steps of one plan that are called in different Regions";
    LOST_NEED "DR0402" "a plan that needs what is lost with the Region that it leaves";
    EMPTY_PLAN "DR0403" "a plan without steps";
    UNBOUNDED_WAIT "DR0404" "a wait that cannot fit its bound";
    DRILL_EFFECT "DR0405" "a drill that changes something";
    FAILBACK_LOSES "DR0406" "a failback that can lose data";
    NOT_AN_ACTION "DR0407" "a step that is no action";
    PLAN_LIMIT "DR0408" "a plan beyond a limit of Step Functions";
    ONE_CONTROL_PLANE "DR0409" "a plan that needs the control plane of one Region elsewhere";
    UPDATE_NEEDS_LOST "DR0410" "a stack of the survivor that the lost Region keeps from being updated";
    NO_COUNTERPART "DR0411" "something of one Region without its counterpart in the other";
    RTO_EXCEEDED "DR0412" "a failover that may take longer than the objective";
    RPO_EXCEEDED "DR0413" "a replica that may lose more than the objective";
    LAG_UNWATCHED "DR0414" "copies that may fall behind without anybody knowing";
    NOT_NOTICED "DR0415" "a failover that does not say how the loss is noticed";
    START "DR0416" "a plan that does not say how it starts";
    NO_FAILBACK "DR0417" "a failover from which nothing leads back";
    NOT_AWAITED "DR0418" "a change that is not over when the next step begins";
    AUTOMATIC_STEERING "DR0419" "traffic that moves by itself, before the data does";
    NO_PLAN_LEAVES "DR0420" "a Region that is lived in, and that no plan leaves";
    NO_DRILL "DR0421" "a plan that nobody rehearses";
    NOBODY_TOLD "DR0422" "a plan whose failure nobody hears of";
    EVENT_CIRCLE "DR0426" "events that go round in a circle";
    LOSS_UNSTATED "DR0427" "a loss that nobody has written down";
    NOTHING_CHECKED "DR0428" "a drill that checks nothing";
    TRAFFIC_FIRST "DR0429" "traffic that is moved before the data";
    DECIDING_BEST_EFFORT "DR0430" "a deciding step that may fail unnoticed";
    LOSS_UNASKED "DR0431" "data given up without anybody being asked";
    BOTH_ANSWER "DR0432" "traffic to several Regions while one of them writes";
    LEFT_BEHIND "DR0433" "what a failover leaves in the lost Region";
    RETURN_WITHOUT_DATA "DR0434" "customers sent back to where the data is not";

    NO_COMPUTED_NAME "DR0501" "a value that nobody tells";
    BAD_TYPE_NAME "DR0502" "a resource type that is written wrongly";
    UNKNOWN_SERVICE "DR0503" "an API call that is written wrongly";
    STACK_READ "DR0504" "a stack that would read another one when it is updated";
    REGION_BOUND "DR0505" "something of another Region where only one's own can be used";
    NAME_LENGTH "DR0506" "a name that is too long or too short";
    NAME_CHARACTERS "DR0507" "a name with characters that AWS refuses";
    NAME_UNBOUNDED "DR0508" "a parameter in a name that may have any length";
    NAME_COLLISION "DR0509" "two things that can have one name";
    NAME_ENVIRONMENT "DR0510" "a name that two environments would share";
    NAME_TAKEN "DR0511" "a name that another account may have";
    UNKNOWN_RESOURCE_TYPE "DR0512" "a resource type that AWS does not have";
    TYPE_NOT_IN_REGION "DR0513" "a resource type that a Region does not have";
    UNKNOWN_PROPERTY "DR0514" "a property that a resource type does not have";
    MISSING_PROPERTY "DR0515" "a property that has to be set";
    VALUE_TYPE "DR0516" "a value of another type than AWS takes";
    VALUE_NOT_ALLOWED "DR0517" "a value that is none of AWS's values";
    VALUE_BOUNDS "DR0518" "a value that is too short, too long, too small or too great";
    VALUE_PATTERN "DR0519" "a text without the form that AWS asks for";
    PROPERTY_COMBINATION "DR0520" "properties that need or exclude each other";
    READ_ONLY_PROPERTY "DR0521" "a property that only AWS sets";
    DEPRECATED "DR0522" "something that AWS gives up";
    UNKNOWN_ATTRIBUTE "DR0523" "an attribute that a resource type does not have";
    OTHER_KIND "DR0524" "an id or ARN of another kind";
    REGION_NOT_KNOWN "DR0525" "a Region that the data knows nothing of";
    VALUE_REPEATED "DR0526" "equal elements where all have to differ";
    OUT_OF_SUPPORT "DR0527" "a runtime or version that AWS has given up";
    UNKNOWN_OPERATION "DR0530" "a service or operation that Step Functions does not have";
    CALL_MEMBER "DR0531" "a member that a call does not take";
    CALL_MEMBER_MISSING "DR0532" "a member that a call needs";
    CALL_VALUE_TYPE "DR0533" "a value of another type than a call takes";
    CALL_VALUE "DR0534" "a value that a call never takes";
    RESULT_MEMBER "DR0535" "a member that a result does not have";
    RESULT_LITERAL "DR0536" "a comparison with what a result never is";
    UNKNOWN_ERROR "DR0537" "an error that a call does not fail with";
    METRIC "DR0538" "a metric that AWS does not publish so";
    EFFECT_FLOOR "DR0539" "a call that changes something where nothing may change";
    UNMAPPED_CALL "DR0540" "a call or a grant without a permission that IAM has";
    NO_ARN "DR0541" "a permission that cannot be narrowed to a resource";
    SUPERFLUOUS "DR0542" "a permission that nothing needs, or that allows nothing";
    HANDLER_NOT_FOUND "DR0545" "a function that the code does not export";
    INLINE_MODULE "DR0546" "an ES module that is loaded as CommonJS";
    CODE_TOO_LARGE "DR0547" "code that does not fit";
    UNSETTLED "DR0548" "something gathered that depends on itself";

    NOT_COMPILED_YET "DR0601" "understood, but not compiled yet";
    EXPANSION_LIMIT "DR0602" "an expansion without end";
    ID_COLLISION "DR0603" "two resources with one logical id";
    BAD_LOGICAL_ID "DR0604" "a logical id that CloudFormation refuses";
    STACK_CYCLE "DR0605" "stacks that need each other first";
    STACK_LIMIT "DR0606" "a stack beyond a limit of CloudFormation";
    RESOURCE_CYCLE "DR0607" "resources that need each other first";
    MOVED_CONFLICT "DR0608" "a `moved from` that cannot be kept";
    DUPLICATE_PROPERTY "DR0609" "a property that is set twice";
    NEEDED_TOO_SOON "DR0610" "something that is made later, but needed before";
    STATEFUL_MOVE "DR0611" "something that holds data and would move to another stack";
    OUTPUT_HOME "DR0612" "an output that no stack of its Region can tell";

    CANNOT_READ "DR0701" "a file that cannot be read";
    IS_A_DIRECTORY "DR0702" "a folder where a file is needed";
    NOT_UTF8 "DR0703" "a file that is not UTF-8";
    TOO_LARGE "DR0704" "a file that is too large";
    CANNOT_WRITE "DR0705" "output that cannot be written";
    FOREIGN_OUTPUT "DR0706" "an output folder that holds other files";
    BAD_MANIFEST "DR0707" "a file that is not the manifest of a running platform";
}

/// The code with this id, in any case of letters.
#[must_use]
pub fn find(id: &str) -> Option<&'static Code> {
    ALL.iter().find(|code| code.id.eq_ignore_ascii_case(id))
}
