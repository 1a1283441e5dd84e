# Everything here works on bytes: what the source says is handed on as it is, whatever the language of the terminal.
users_locale=${LC_ALL-}
LC_ALL=C
umask 077
unset CDPATH
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
export AWS_PAGER='' AWS_CLI_FILE_ENCODING=UTF-8
export AWS_RETRY_MODE="${AWS_RETRY_MODE:-standard}"
poll=${DRC_POLL:-5}
newline=$'\n'
tab=$'\t'
# A quote within a text of a query.
single="'"
escaped="\\'"

profile=()
regions_wanted=()
dry_run=0
yes=0
minutes=120
label=''
running=()
slots=0
stacks=0

work=$(mktemp -d "${TMPDIR:-/tmp}/drc.XXXXXXXX")
scratch=$work/main
trap 'rm -rf -- "$work"' EXIT
trap 'interrupted 130' INT
trap 'interrupted 143' TERM HUP

# --- saying ---------------------------------------------------------------------------------------------------------

# A line for people. Control characters of a name do nothing to the terminal.
say() {
    local text=$label$1
    text=${text//$newline/ }
    printf '%s\n' "${text//[[:cntrl:]]/?}"
}

complain() { say "$1" >&2; }

fail() {
    complain "error: $1"
    exit 1
}

wrong_usage() {
    complain "error: $1"
    complain "see: ${BASH_SOURCE[0]##*/} --help"
    exit 2
}

interrupted() {
    local job
    trap '' INT TERM HUP
    for job in ${running[@]+"${running[@]}"}; do
        kill -TERM "$job" 2>/dev/null || true
    done
    wait
    complain "stopped. What CloudFormation has begun goes on by itself; run the same command again: it waits for that, and goes on from there"
    exit "$1"
}

# --- asking AWS -----------------------------------------------------------------------------------------------------

# Runs `aws` in a Region. What it prints is in $out, without the end of the last line. If it fails, $problem is what it said, and $kind
# what that means.
ask_aws() {
    local region=$1 form=$2
    shift 2
    problem='' kind=''
    if out=$(LC_ALL=$users_locale aws "$@" ${profile[@]+"${profile[@]}"} --region "$region" --output "$form" </dev/null 2>"$scratch.error" && printf x); then
        out=${out%x}
        out=${out%"$newline"}
        return 0
    fi
    problem=$(<"$scratch.error")
    problem=${problem#"$newline"}
    case $problem in
        *'(ValidationError)'*'does not exist'*) kind=missing ;;
        *'Unable to locate credentials'* | *'config profile'*'could not be found'* | *ExpiredToken* | *'oken has expired'* | *InvalidClientTokenId* | *UnrecognizedClient* | *SignatureDoesNotMatch* | *AuthFailure* | *'security token'* | *'loading SSO'* | *'SSO session'* | *'artial credentials'*) kind=credentials ;;
        *AccessDenied* | *'not authorized'* | *UnauthorizedOperation* | *'explicit deny'*) kind=access ;;
        *'Could not connect'* | *'onnect timeout'* | *'ead timeout'* | *'onnection was closed'* | *'onnection reset'* | *'resolve'* | *'SSL validation'* | *'Failed to connect to proxy'* | *ServiceUnavailable* | *InternalFailure* | *InternalError* | *'(50'[0-9]')'* | *'nternal error'*) kind=network ;;
        *Throttl* | *'Rate exceeded'* | *TooManyRequests*) kind=throttled ;;
        *OptInRequired* | *'not enabled'*) kind=closed ;;
        *) kind=other ;;
    esac
    return 1
}

text() {
    local region=$1
    shift
    ask_aws "$region" text "$@"
}

# Ends the run after a call that failed: what was wanted, what AWS said, what helps.
give_up() {
    local wanted=$1 region=$2 help other others
    case $kind in
        credentials) help="there are no valid credentials: log in, or name them with --profile, and run this again" ;;
        access) help="these credentials may not do that: let somebody allow it, or use others with --profile, and run this again" ;;
        network)
            help="$region does not answer: run this again when it does"
            others=''
            for other in $all_regions; do [ "$other" = "$region" ] || others+=" --region $other"; done
            [ -z "$others" ] || help+=", or go on without it:$others"
            ;;
        throttled) help="too many requests at once: wait a minute, and run this again with --one-by-one" ;;
        closed) help="the account does not use $region yet: enable the Region, and run this again" ;;
        *) help="run this again when that is settled: it goes on from there" ;;
    esac
    complain "${problem:-nothing was said}"
    fail "$wanted: $help"
}

# --- JSON -----------------------------------------------------------------------------------------------------------

# The JSON string of a text, in $quoted.
json() {
    local rest=$1 at character
    case $1 in
        *[\"\\[:cntrl:]]*) ;;
        *)
            quoted="\"$1\""
            return
            ;;
    esac
    quoted='"'
    for ((at = 0; at < ${#rest}; at++)); do
        character=${rest:at:1}
        case $character in
            '"') quoted+='\"' ;;
            [\\]) quoted+="\\\\" ;;
            "$newline") quoted+='\n' ;;
            "$tab") quoted+='\t' ;;
            [[:cntrl:]])
                printf -v character '\\u%04x' "'$character"
                quoted+=$character
                ;;
            *) quoted+=$character ;;
        esac
    done
    quoted+='"'
}

# --- what the platform is; the definitions at the end call these ----------------------------------------------------

# A value that is given at deployment. One that each Region has by itself is a slot for each: NAME@REGION.
parameter() {
    slot=$slots
    slots=$((slots + 1))
    slot_name[slot]=$1 slot_type[slot]=$2 slot_about[slot]='' value[slot]='' origin[slot]=''
    has_default[slot]=0 default_value[slot]='' is_secret[slot]=0 in_names[slot]=0
    rule[slot]='' rule_shown[slot]='' least_length[slot]='' most_length[slot]='' least[slot]='' most[slot]=''
    choices_from[slot]=${#choices[@]} choices_count[slot]=0
}
choices=()
described_as() { slot_about[slot]=$1; }
defaults_to() { has_default[slot]=1 default_value[slot]=$1; }
# What the environment file gives counts before what is deployed; the command line still wins.
fixed_to() { value[slot]=$1 origin[slot]=environment; }
secret() { is_secret[slot]=1; }
part_of_names() { in_names[slot]=1; }
# The rule as CloudFormation knows it, and as bash can check it (empty if it cannot).
follows() { rule_shown[slot]=$1 rule[slot]=$2; }
as_long_as() { least_length[slot]=$1 most_length[slot]=$2; }
between() { least[slot]=$1 most[slot]=$2; }
one_of() {
    choices+=("$@")
    choices_count[slot]=$#
}

stack() {
    number=$stacks
    stacks=$((stacks + 1))
    stack_id[number]=$1 stack_region[number]=$2 status[number]=''
    stack_begins "$3"
}

# --- values ---------------------------------------------------------------------------------------------------------

# Takes NAME=VALUE.
take_param() {
    local at name=${1%%=*}
    case $1 in
        *=*) ;;
        *) wrong_usage "--param wants NAME=VALUE, not \`$1\`" ;;
    esac
    for ((at = 0; at < slots; at++)); do
        if [ "${slot_name[at]}" = "$name" ]; then
            value[at]=${1#*=} origin[at]=given
            return
        fi
    done
    complain "the platform has no parameter \`$name\`; it has:"
    for ((at = 0; at < slots; at++)); do complain "  ${slot_name[at]}"; done
    exit 2
}

# Takes a file of NAME=VALUE lines; empty lines and those that begin with # are skipped.
take_params() {
    local line
    [ -r "$1" ] && [ ! -d "$1" ] || wrong_usage "--params: \`$1\` cannot be read"
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%$'\r'}
        case $line in
            '' | '#'*) ;;
            *=*) take_param "$line" ;;
            *) wrong_usage "--params: a line of \`$1\` is not NAME=VALUE" ;;
        esac
    done <"$1"
}

# Compares two decimal numbers: true if the first is at most the second. What is no plain decimal is left to CloudFormation.
at_most() {
    local plain='^-?[0-9]+(\.[0-9]+)?$' first second size
    [[ $1 =~ $plain && $2 =~ $plain ]] || return 0
    case $1/$2 in
        -*/-*) at_most "${2#-}" "${1#-}" && return 0 || return 1 ;;
        -*/*) return 0 ;;
        */-*)
            [[ $1$2 =~ ^[-0.]+$ ]] && return 0
            return 1
            ;;
    esac
    local whole1=${1%%.*} whole2=${2%%.*} part1='' part2=''
    case $1 in *.*) part1=${1#*.} ;; esac
    case $2 in *.*) part2=${2#*.} ;; esac
    size=$((${#whole1} > ${#whole2} ? ${#whole1} : ${#whole2}))
    while [ ${#whole1} -lt "$size" ]; do whole1=0$whole1; done
    while [ ${#whole2} -lt "$size" ]; do whole2=0$whole2; done
    size=$((${#part1} > ${#part2} ? ${#part1} : ${#part2}))
    while [ ${#part1} -lt "$size" ]; do part1=${part1}0; done
    while [ ${#part2} -lt "$size" ]; do part2=${part2}0; done
    first=$whole1$part1 second=$whole2$part2
    [[ $first < $second || $first = "$second" ]]
}

# Whether a value may be given to a slot; if not, $reason says why.
fits() {
    local at=$1 text=$2 characters choice
    reason=''
    if [ "${choices_count[at]}" -gt 0 ]; then
        for choice in "${choices[@]:${choices_from[at]}:${choices_count[at]}}"; do
            [ "$choice" = "$text" ] && return 0
        done
        reason="is none of: ${choices[*]:${choices_from[at]}:${choices_count[at]}}"
        return 1
    fi
    # Characters, not bytes: what goes on a character is not counted.
    characters=${text//[$'\200'-$'\277']/}
    if [ -n "${least_length[at]}" ] && [ ${#characters} -lt "${least_length[at]}" ]; then
        reason="is shorter than ${least_length[at]} characters"
    elif [ -n "${most_length[at]}" ] && [ ${#characters} -gt "${most_length[at]}" ]; then
        reason="is longer than ${most_length[at]} characters"
    elif [ ${#text} -gt 4096 ]; then
        reason="is longer than the 4,096 bytes that CloudFormation takes"
    elif [ "${slot_type[at]}" = Number ] && [[ ! $text =~ ^[-+]?[0-9.]+([eE][-+]?[0-9]+)?$ ]]; then
        reason="is not a number"
    elif [ -n "${least[at]}" ] && ! at_most "${least[at]}" "$text"; then
        reason="is less than ${least[at]}"
    elif [ -n "${most[at]}" ] && ! at_most "$text" "${most[at]}"; then
        reason="is more than ${most[at]}"
    elif [ -n "${rule[at]}" ] && [[ $text != *[^[:cntrl:][:print:]]* ]] && [[ ! $text =~ ${rule[at]} ]]; then
        reason="does not have the form ${rule_shown[at]}"
    fi
    [ -z "$reason" ]
}

# A value as messages show it.
shown() {
    if [ "${is_secret[$1]}" = 1 ]; then
        shown_value='the given value'
    else
        shown_value="\`${value[$1]}\`"
    fi
}

# Refuses given values that do not fit: all at once.
check_given() {
    local at bad=0
    for ((at = 0; at < slots; at++)); do
        [ "${origin[at]}" = given ] || continue
        if ! fits "$at" "${value[at]}"; then
            shown "$at"
            complain "error: ${slot_name[at]}: $shown_value $reason"
            bad=1
        fi
    done
    [ "$bad" = 0 ] || exit 2
}

# Asks a person until the answer fits.
ask_person() {
    local at=$1 answer about=''
    [ -z "${slot_about[at]}" ] || about=" (${slot_about[at]//$newline/ })"
    while :; do
        say "${slot_name[at]}$about"
        printf '%s' '> '
        if [ "${is_secret[at]}" = 1 ]; then
            IFS= read -r -s answer || fail "no value for ${slot_name[at]}"
            printf '\n'
        else
            IFS= read -r answer || fail "no value for ${slot_name[at]}"
        fi
        if fits "$at" "$answer"; then
            value[at]=$answer origin[at]=asked
            return
        fi
        say "that $reason"
    done
}

# Asks for these slots; without a terminal all are listed, and nothing is done.
ask_for() {
    local at
    [ $# -gt 0 ] || return 0
    if [ ! -t 0 ]; then
        complain "error: these values are missing; give them with --param NAME=VALUE, or in a file with --params FILE:"
        for at in "$@"; do
            complain "  ${slot_name[at]}${slot_about[at]:+: ${slot_about[at]//$newline/ }}"
        done
        exit 2
    fi
    for at in "$@"; do ask_person "$at"; done
}

# What names are made of is bound once, before anything is looked at: given, else the default, else asked for.
bind_names() {
    local at missing=()
    for ((at = 0; at < slots; at++)); do
        [ -z "${origin[at]}" ] || continue
        if [ "${in_names[at]}" = 1 ] && [ "${has_default[at]}" = 1 ]; then
            value[at]=${default_value[at]} origin[at]=default
        elif [ "${in_names[at]}" = 1 ]; then
            missing+=("$at")
        fi
    done
    ask_for ${missing[@]+"${missing[@]}"}
}

# The environment, as its names tell it.
environment() {
    local at
    named=''
    for ((at = 0; at < slots; at++)); do
        [ "${in_names[at]}" = 0 ] || named+=", ${slot_name[at]} ${value[at]}"
    done
}

# --- stacks ---------------------------------------------------------------------------------------------------------

region_wanted() {
    local region
    [ ${#regions_wanted[@]} -gt 0 ] || return 0
    for region in "${regions_wanted[@]}"; do
        [ "$region" != "$1" ] || return 0
    done
    return 1
}

check_regions() {
    local region known
    for region in ${regions_wanted[@]+"${regions_wanted[@]}"}; do
        known=0
        for ((number = 0; number < stacks; number++)); do
            [ "${stack_region[number]}" != "$region" ] || known=1
        done
        [ "$known" = 1 ] || wrong_usage "the platform has no stack in \`$region\`; it runs in$all_regions"
    done
}

# Which account this is about.
find_account() {
    text "$1" sts get-caller-identity --query Account || give_up "asking whose credentials these are" "$1"
    account=$out
}

# Looks at a stack: $now is its status, empty if there is none; $now_phase the phase it has reached; $now_guarded 1 if it is protected.
look() {
    local at=$1 slot query shown_platform rows=() row
    name_of "$at"
    query="Stacks[0].[[StackStatus],[EnableTerminationProtection],[Tags[?Key=='drc:platform'].Value|[0]],[Tags[?Key=='drc:phase'].Value|[0]]"
    for ((slot = 0; slot < slots; slot++)); do
        [ "${in_names[slot]}" = 0 ] || query+=",[Tags[?Key=='drc:param:${slot_name[slot]}'].Value|[0]]"
    done
    now='' now_guarded=0 now_phase=0
    if ! text "${stack_region[at]}" cloudformation describe-stacks --stack-name "$name" --query "$query]"; then
        [ "$kind" = missing ] || return 1
        return 0
    fi
    while IFS= read -r row; do rows+=("$row"); done <<<"$out"
    now=${rows[0]-}
    [ "${rows[1]-}" != True ] || now_guarded=1
    shown_platform=${rows[2]-}
    now_phase=${rows[3]-}
    [[ $now_phase =~ ^[0-9]+$ ]] || now_phase=0
    # Nothing is in a stack that was only reviewed; its tags need not be known yet.
    [ "$now" != REVIEW_IN_PROGRESS ] || return 0
    [ "$shown_platform" = "$platform" ] ||
        fail "the stack $name in ${stack_region[at]} is not one of the platform $platform: it is left alone. Rename one of the two"
    row=4
    for ((slot = 0; slot < slots; slot++)); do
        [ "${in_names[slot]}" = 1 ] || continue
        case ${rows[row]-} in
            None | '' | "${value[slot]}") ;;
            *) fail "the stack $name in ${stack_region[at]} belongs to the environment with ${slot_name[slot]} ${rows[row]}, not ${value[slot]}: the two are never mixed. Give the other value, or let names of stacks contain ${slot_name[slot]}" ;;
        esac
        row=$((row + 1))
    done
}

# The same, and the run ends if there is no answer.
look_or_stop() {
    look "$1" || give_up "looking at the stack ${stack_id[$1]}" "${stack_region[$1]}"
}

# The stacks of this environment in a Region that this compilation does not have, in $strangers.
find_strangers() {
    local region=$1 slot query found at
    query="Tags[?Key=='drc:platform' && Value=='$platform']"
    for ((slot = 0; slot < slots; slot++)); do
        [ "${in_names[slot]}" = 0 ] || query+=" && Tags[?Key=='drc:param:${slot_name[slot]}' && Value=='${value[slot]//$single/$escaped}']"
    done
    text "$region" cloudformation describe-stacks --query "Stacks[?$query].[StackName]" || give_up "looking for the stacks of the platform" "$region"
    strangers=()
    while IFS= read -r found; do
        for ((at = 0; at < stacks; at++)); do
            name_of "$at"
            if [ "${stack_region[at]}" = "$region" ] && [ "$name" = "$found" ]; then found=''; fi
        done
        [ -z "$found" ] || [ "$found" = None ] || strangers+=("$found")
    done <<<"$out"
}

# Lists what a stack has: logical id, type, status, physical id.
list_resources() {
    local at=$1
    name_of "$at"
    text "${stack_region[at]}" cloudformation list-stack-resources --stack-name "$name" \
        --query 'StackResourceSummaries[].[LogicalResourceId,ResourceType,ResourceStatus,PhysicalResourceId]' ||
        give_up "listing what the stack ${stack_id[at]} has" "${stack_region[at]}"
}

# Waits until nothing is under way in a stack. Says what is being worked on whenever that changes.
wait_for() {
    local at=$1 before='' deadline=$((SECONDS + minutes * 60)) first=1
    while :; do
        if [ "$first" = 0 ] || [ "${2-}" = begun ]; then sleep "$poll"; fi
        first=0
        if ! look "$at"; then
            case $kind in network | throttled) now=UNKNOWN_IN_PROGRESS ;; *) give_up "waiting for the stack ${stack_id[at]}" "${stack_region[at]}" ;; esac
        fi
        case $now in
            REVIEW_IN_PROGRESS) [ "${2-}" = begun ] || return 0 ;;
            *_IN_PROGRESS) ;;
            *) return 0 ;;
        esac
        name_of "$at"
        if text "${stack_region[at]}" cloudformation list-stack-resources --stack-name "$name" \
            --query "StackResourceSummaries[?ends_with(ResourceStatus,'IN_PROGRESS')].[LogicalResourceId]"; then
            out=${out//$newline/, }
            if [ "$now $out" != "$before" ]; then
                say "$now${out:+: $out}"
                before="$now $out"
            fi
        fi
        [ "$SECONDS" -lt "$deadline" ] ||
            fail "still $now after $minutes minutes. CloudFormation goes on by itself; run this again to wait further, or with a larger --timeout"
    done
}

# Where a resource of a stack is declared, in $source; empty if nobody knows.
source_of() {
    local stack id place
    source=''
    [ -r "$here/$sources" ] || return 0
    while IFS=$tab read -r stack id place; do
        [ "$stack/$id" != "${stack_id[$1]}/$2" ] || source=$place
    done <"$here/$sources"
}

# Says which resources failed in the last operation of a stack, and where they are declared.
say_failures() {
    local at=$1 resource type what why
    name_of "$at"
    text "${stack_region[at]}" cloudformation describe-stack-events --stack-name "$name" --max-items 300 \
        --query 'StackEvents[].[LogicalResourceId,ResourceType,ResourceStatus,ResourceStatusReason]' || return 0
    # The newest comes first; the operation begins with an event of the stack itself.
    while IFS=$tab read -r resource type what why; do
        case $type/$what in
            AWS::CloudFormation::Stack/CREATE_IN_PROGRESS | AWS::CloudFormation::Stack/UPDATE_IN_PROGRESS | AWS::CloudFormation::Stack/DELETE_IN_PROGRESS) break ;;
            AWS::CloudFormation::Stack/*) ;;
            */*_FAILED)
                case $why in *cancelled*) continue ;; esac
                source_of "$at" "$resource"
                complain "$resource ($type${source:+, $source}): $why"
                ;;
        esac
    done <<<"$out"
}
