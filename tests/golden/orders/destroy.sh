#!/usr/bin/env bash
# Destroys a platform: run it with --help.
# Written by drc: what is changed here is gone after the next compilation.
set -euo pipefail

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

usage() {
    cat <<'TEXT'
usage: destroy.sh [options]

Deletes the platform of this folder with the `aws` command: the standby first, the newest first. Without --data it deletes what holds
no data and is needed by nothing that stays, and says what stays and why. A run that was stopped goes on where it was.

  --data                delete the data too, and everything else: databases, tables, buckets with all versions, keys, secrets, logs
  --confirm NAME        the platform's name, for programs: --data asks for it otherwise
  --param NAME=VALUE    a value of the platform; needed are those that are part of names. Can be repeated
  --params FILE         a file of such lines; lines that begin with # are skipped
  --region REGION       only the stacks of this Region. Can be repeated
  --profile NAME        the profile of the aws command
  --dry-run             say what would be deleted; only reads
  --timeout MINUTES     how long to wait for one stack or resource (120)
  --yes                 do not ask, where no data is deleted
  --help                this text

Ends with 0 if everything was deleted that was to be, 1 if something stopped it or has to be removed by hand, 2 if it was called wrongly.
TEXT
}

data=0
confirmed=''

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --param | --params | --region | --profile | --timeout | --confirm)
                [ $# -ge 2 ] || wrong_usage "$1 wants a value"
                case $1 in
                    --param) take_param "$2" ;;
                    --params) take_params "$2" ;;
                    --region) regions_wanted+=("$2") ;;
                    --profile) profile=(--profile "$2") ;;
                    --timeout) minutes=$2 ;;
                    --confirm) confirmed=$2 ;;
                esac
                shift
                ;;
            --data) data=1 ;;
            --dry-run) dry_run=1 ;;
            --yes) yes=1 ;;
            --help | -h)
                usage
                exit 0
                ;;
            *) wrong_usage "unknown option \`$1\`" ;;
        esac
        shift
    done
    [[ $minutes =~ ^[1-9][0-9]{0,5}$ ]] || wrong_usage "--timeout wants a number of minutes, not \`$minutes\`"
    [ -z "$confirmed" ] || [ "$confirmed" = "$platform" ] || wrong_usage "--confirm names another platform than this one"
}

# --- what the definitions say of stacks -----------------------------------------------------------------------------

stack_begins() {
    stack_needs[number]='' kept[number]='' stays[number]=''
}

# The stacks that a stack takes something from.
needs() { stack_needs[number]="$*"; }

# What holds data or is kept for another reason, in the order in which it can be removed.
keeps() { kept[number]="$*"; }

# --- what is done to a resource -------------------------------------------------------------------------------------

# A call that may find that there is nothing left to do: then it is false. Any other failure ends the run.
attempt() {
    local wanted=$1 region=$2
    shift 2
    text "$region" "$@" && return 0
    is_gone || give_up "$wanted" "$region"
    return 1
}

# Whether a call failed because there is no such thing (any more).
is_gone() {
    case $problem in
        *NotFound* | *'not found'* | *NoSuch* | *NonExistent* | *DoesNotExist* | *'does not exist'* | *'(404)'* | *'marked for deletion'* | *'scheduled for deletion'* | *'marked deleted'*) return 0 ;;
    esac
    return 1
}

# Waits until a question has an answer of which $1 approves: it is called with the answer, or with `gone`.
wait_until() {
    local approves=$1 wanted=$2 region=$3 deadline=$((SECONDS + minutes * 60)) first=1
    shift 3
    while :; do
        if text "$region" "$@"; then
            ! "$approves" "$out" || return 0
        elif is_gone; then
            ! "$approves" gone || return 0
        else
            case $kind in network | throttled) ;; *) give_up "$wanted" "$region" ;; esac
        fi
        [ "$SECONDS" -lt "$deadline" ] || fail "$wanted: not done after $minutes minutes. AWS goes on by itself; run this again to wait further"
        [ "$first" = 0 ] || say "waiting: $wanted"
        first=0
        sleep "$poll"
    done
}

is_nothing() { [ "$1" = gone ] || [ -z "$1" ] || [ "$1" = None ]; }

# --- which stacks ---------------------------------------------------------------------------------------------------

look_around() {
    local at
    for ((at = 0; at < stacks; at++)); do
        if region_wanted "${stack_region[at]}"; then
            look_or_stop "$at"
            status[at]=$now
        else
            # What is not looked at is taken to be there.
            status[at]=elsewhere
            stays[at]="it is not in ${regions_wanted[*]}"
        fi
    done
}

say_strangers() {
    local region stranger
    for region in $all_regions; do
        region_wanted "$region" || continue
        find_strangers "$region"
        for stranger in ${strangers[@]+"${strangers[@]}"}; do
            say "$stranger in $region is not part of this compilation any more: it stays. The destroy.sh of an older one deletes it"
        done
    done
}

# What stays without --data, and why. $stays is empty for what is deleted.
find_what_stays() {
    local at other changed=1 resource
    [ "$data" = 0 ] || return 0
    for ((at = 0; at < stacks; at++)); do
        [ -n "${status[at]}" ] && [ -z "${stays[at]}" ] || continue
        for resource in ${kept[at]}; do
            type_of "$at" "$resource"
            stays[at]+="${stays[at]:+, }$resource ($type)"
        done
        [ -z "${stays[at]}" ] || stays[at]="it keeps ${stays[at]}"
    done
    while [ "$changed" = 1 ]; do
        changed=0
        for ((at = 0; at < stacks; at++)); do
            [ -n "${stays[at]}" ] || continue
            for other in ${stack_needs[at]}; do
                [ -z "${stays[other]}" ] && [ -n "${status[other]}" ] || continue
                stays[other]="it is needed by ${stack_id[at]}"
                changed=1
            done
        done
    done
}

# Says what happens to a stack.
foresee() {
    local at=$1 resource
    if [ -z "${status[at]}" ]; then
        say "${stack_id[at]}: is not there"
    elif [ -n "${stays[at]}" ]; then
        say "${stack_id[at]}: stays; ${stays[at]}"
    elif [ "$data" = 1 ] && [ -n "${kept[at]}" ]; then
        say "${stack_id[at]}: is deleted, with"
        for resource in ${kept[at]}; do
            type_of "$at" "$resource"
            say "    $resource ($type)$(can_remove "$type" || printf ': must be removed by hand')"
        done
    else
        say "${stack_id[at]}: is deleted"
    fi
}

confirm() {
    local answer=''
    if [ "$data" = 0 ]; then
        [ "$yes" = 0 ] || return 0
        [ -t 0 ] || wrong_usage "nobody can be asked: say --yes"
        printf '%s' "Delete what is to be deleted? [y/N] "
        IFS= read -r answer || answer=''
        case $answer in
            y | Y | yes | Yes) ;;
            *) fail "nothing was changed" ;;
        esac
        return 0
    fi
    [ -z "$confirmed" ] || return 0
    [ -t 0 ] || wrong_usage "nobody can be asked for the platform's name: say --confirm and the name"
    say "This deletes the data too, in every Region$([ ${#regions_wanted[@]} -eq 0 ] || printf ' of%s' "$(printf ' %s' "${regions_wanted[@]}")"). It cannot be undone."
    printf '%s' "The platform's name: "
    IFS= read -r answer || answer=''
    [ "$answer" = "$platform" ] || fail "that is not its name: nothing was changed"
}

# --- deleting -------------------------------------------------------------------------------------------------------

# Calls a function with Region, type and physical id for what a stack keeps and has, in the order of removal, or backwards.
each_kept() {
    local called=$1 at=$2 backwards=$3 resource found ids='' id what_type what physical
    [ -f "$work/resources.$at" ] || return 0
    for resource in ${kept[at]}; do
        if [ "$backwards" = 1 ]; then ids="$resource $ids"; else ids="$ids $resource"; fi
    done
    for resource in $ids; do
        found=''
        while IFS=$tab read -r id what_type what physical; do
            [ "$id" != "$resource" ] || [ "$what" = DELETE_COMPLETE ] || [ "$physical" = None ] || found=$physical type=$what_type
        done <"$work/resources.$at"
        [ -z "$found" ] || "$called" "${stack_region[at]}" "$type" "$found"
    done
}

by_hand=()
expires=()

prepare_kept() {
    label="[${stack_id[$1]}] "
    each_kept prepare_resource "$1" 1
    label=''
}

remove_kept() {
    if can_remove "$2"; then
        say "deleting $2 $3"
        remove_resource "$@"
    else
        by_hand+=("$2 $3 in $1")
    fi
}

delete_stack() {
    local at=$1 region=${stack_region[$1]}
    [ -n "${status[at]}" ] && [ -z "${stays[at]}" ] || return 0
    label="[${stack_id[at]}] "
    wait_for "$at"
    if [ -n "$now" ]; then
        [ "$data" = 0 ] || each_kept remove_kept "$at" 0
        name_of "$at"
        if [ "$data" = 1 ] && [ "$now_guarded" = 1 ]; then
            text "$region" cloudformation update-termination-protection --stack-name "$name" --no-enable-termination-protection ||
                give_up "lifting the protection of the stack" "$region"
        fi
        say "deleting the stack"
        text "$region" cloudformation delete-stack --stack-name "$name" || give_up "deleting the stack" "$region"
        wait_for "$at" begun
        if [ -n "$now" ]; then
            say_failures "$at"
            fail "$now: something in it could not be deleted. Remove what is named above, or what still uses it, and run this again: it goes on from here"
        fi
    fi
    say "deleted"
    label=''
}

list_kept() {
    [ -n "${status[$1]}" ] && [ -z "${stays[$1]}" ] && [ -n "${kept[$1]}" ] || return 0
    list_resources "$1"
    printf '%s\n' "$out" >"$work/resources.$1"
}

main() {
    local first='' at where left=0
    define
    read_options "$@"
    check_regions
    check_given
    command -v aws >/dev/null || fail "there is no \`aws\` command: install the AWS CLI, and run this again"
    bind_names
    for ((at = 0; at < stacks; at++)); do
        [ -n "$first" ] || ! region_wanted "${stack_region[at]}" || first=${stack_region[at]}
    done
    find_account "$first"
    environment
    if [ ${#regions_wanted[@]} -gt 0 ]; then where=" ${regions_wanted[*]}"; else where=$all_regions; fi
    say "platform $platform in account $account:$where$named"
    look_around
    find_what_stays
    backwards foresee
    say_strangers
    if [ "$dry_run" = 1 ]; then
        say "nothing was changed"
        return
    fi
    for ((at = 0; at < stacks; at++)); do
        [ -z "${status[at]}" ] || [ -n "${stays[at]}" ] || left=1
    done
    if [ "$left" = 0 ]; then
        say "there is nothing to delete"
        return
    fi
    confirm
    if [ "$data" = 1 ]; then
        for ((at = 0; at < stacks; at++)); do list_kept "$at"; done
        for ((at = 0; at < stacks; at++)); do prepare_kept "$at"; done
    fi
    backwards delete_stack
    for at in ${expires[@]+"${expires[@]}"}; do say "$at"; done
    if [ ${#by_hand[@]} -gt 0 ]; then
        complain "these must be removed by hand; no stack names them any more:"
        for at in "${by_hand[@]}"; do complain "  $at"; done
        exit 1
    fi
    if [ "$data" = 1 ] && [ ${#regions_wanted[@]} -eq 0 ]; then say "nothing of the platform $platform is left"; else say "done"; fi
}

# --- what this platform is --------------------------------------------------------------------------------------------

platform='orders'
all_regions=' us-east-1 us-east-2'
sources='sources.tsv'

define() {
    parameter 'suffix' 'String'
    described_as 'Separates environments that live in one account.'
    defaults_to 'prod'
    part_of_names
    follows '[a-z][a-z0-9]{1,9}' '^([a-z][a-z0-9]{1,9})$'
    parameter 'pager' 'String'
    described_as 'The e-mail address of whoever is on call.'
    follows '[^@\s]+@[^@\s]+\.[^@\s]+' '^([^@[:space:]]+@[^@[:space:]]+[.][^@[:space:]]+)$'
    stack 'us-east-1/artifacts' 'us-east-1' 'artifacts' # 0
    needs
    keeps 'ArtifactsBucket'
    stack 'us-east-2/artifacts' 'us-east-2' 'artifacts' # 1
    needs
    keeps 'ArtifactsBucket'
    stack 'us-east-1/keys' 'us-east-1' 'keys' # 2
    needs
    keeps 'AlertsKey' 'CartsMaster' 'InvoicesKey' 'LedgerKey'
    stack 'us-east-2/keys' 'us-east-2' 'keys' # 3
    needs
    keeps 'AlertsKey' 'CartsMaster' 'InvoicesKey' 'LedgerKey'
    stack 'us-east-1/network' 'us-east-1' 'network' # 4
    needs
    keeps
    stack 'us-east-2/network' 'us-east-2' 'network' # 5
    needs
    keeps
    stack 'us-east-1/data' 'us-east-1' 'data' # 6
    needs 2 3 4 7
    keeps 'InvoicesStore' 'LedgerInstance' 'LedgerCluster' 'LedgerGlobal' 'LedgerLog' 'LedgerSecret'
    stack 'us-east-2/data' 'us-east-2' 'data' # 7
    needs 2 3 5 6
    keeps 'InvoicesStore' 'LedgerInstance' 'LedgerCluster' 'LedgerLog'
    stack 'us-east-1/app' 'us-east-1' 'app' # 8
    needs 2
    keeps
    stack 'us-east-2/app' 'us-east-2' 'app' # 9
    needs 3
    keeps
    stack 'us-east-1/global' 'us-east-1' 'global' # 10
    needs 2 3
    keeps 'CartsTable'
    stack 'us-east-1/recovery' 'us-east-1' 'recovery' # 11
    needs 6 8 10
    keeps
    stack 'us-east-2/recovery' 'us-east-2' 'recovery' # 12
    needs 6 7 9 10
    keeps 'EvacuateLog'
}

name_of() {
    case $1 in
        0 | 1)
            name='orders-artifacts-'"${value[0]}"
            ;;
        2 | 3)
            name='orders-keys-'"${value[0]}"
            ;;
        4 | 5)
            name='orders-network-'"${value[0]}"
            ;;
        6 | 7)
            name='orders-data-'"${value[0]}"
            ;;
        8 | 9)
            name='orders-app-'"${value[0]}"
            ;;
        10)
            name='orders-global-'"${value[0]}"
            ;;
        11 | 12)
            name='orders-recovery-'"${value[0]}"
            ;;
    esac
}

# What needs others comes before them; the artifacts come last.
backwards() {
    "$1" 12
    "$1" 11
    "$1" 10
    "$1" 9
    "$1" 8
    "$1" 7
    "$1" 6
    "$1" 5
    "$1" 4
    "$1" 3
    "$1" 2
    "$1" 1
    "$1" 0
}

type_of() {
    case $1/$2 in
        0/ArtifactsBucket | 1/ArtifactsBucket | 6/InvoicesStore | 7/InvoicesStore)
            type='AWS::S3::Bucket'
            ;;
        2/AlertsKey | 2/CartsMaster | 2/InvoicesKey | 2/LedgerKey | 3/AlertsKey | 3/CartsMaster | 3/InvoicesKey | 3/LedgerKey)
            type='AWS::KMS::Key'
            ;;
        6/LedgerInstance | 7/LedgerInstance)
            type='AWS::RDS::DBInstance'
            ;;
        6/LedgerCluster | 7/LedgerCluster)
            type='AWS::RDS::DBCluster'
            ;;
        6/LedgerGlobal)
            type='AWS::RDS::GlobalCluster'
            ;;
        6/LedgerLog | 7/LedgerLog | 12/EvacuateLog)
            type='AWS::Logs::LogGroup'
            ;;
        6/LedgerSecret)
            type='AWS::SecretsManager::Secret'
            ;;
        10/CartsTable)
            type='AWS::DynamoDB::GlobalTable'
            ;;
        *)
            type=''
            ;;
    esac
}

# Databases whose API is that of Amazon RDS. The first argument is the service of the command.

cluster_prepare() {
    local service=$1 region=$2 id=$3
    attempt "looking at the cluster $id" "$region" "$service" describe-db-clusters --db-cluster-identifier "$id" \
        --query 'DBClusters[0].DeletionProtection' || return 0
    [ "$out" = True ] || return 0
    attempt "lifting the protection of the cluster $id" "$region" "$service" modify-db-cluster --db-cluster-identifier "$id" \
        --no-deletion-protection --apply-immediately --query 'DBCluster.Status' || return 0
}

# A cluster with its instances, whoever made them; no final snapshot, automated backups go with it.
cluster_remove() {
    local service=$1 region=$2 id=$3 instance
    attempt "looking for the instances of the cluster $id" "$region" "$service" describe-db-clusters --db-cluster-identifier "$id" \
        --query 'DBClusters[0].DBClusterMembers[].[DBInstanceIdentifier]' || return 0
    while IFS= read -r instance; do
        [ -z "$instance" ] || [ "$instance" = None ] || instance_remove "$service" "$region" "$instance"
    done <<<"$out"
    attempt "deleting the cluster $id" "$region" "$service" delete-db-cluster --db-cluster-identifier "$id" --skip-final-snapshot \
        --query 'DBCluster.Status' || return 0
    wait_until is_nothing "the cluster $id is deleted" "$region" "$service" describe-db-clusters --db-cluster-identifier "$id" \
        --query 'DBClusters[0].Status'
}

instance_remove() {
    local service=$1 region=$2 id=$3 options=()
    attempt "looking at the instance $id" "$region" "$service" describe-db-instances --db-instance-identifier "$id" \
        --query 'DBInstances[0].[DBInstanceStatus,DBClusterIdentifier]' || return 0
    if [ "${out%%"$tab"*}" != deleting ]; then
        # An instance of a cluster has no snapshot of its own.
        [ "${out#*"$tab"}" != None ] || options=(--skip-final-snapshot)
        attempt "deleting the instance $id" "$region" "$service" delete-db-instance --db-instance-identifier "$id" ${options[@]+"${options[@]}"} \
            --query 'DBInstance.DBInstanceStatus' || return 0
    fi
    wait_until is_nothing "the instance $id is deleted" "$region" "$service" describe-db-instances --db-instance-identifier "$id" \
        --query 'DBInstances[0].DBInstanceStatus'
}

# Takes a global database apart: the readers leave first, then the writer, whoever that is today.
global_prepare() {
    local service=$1 region=$2 id=$3 writer member place members
    attempt "looking at the global database $id" "$region" "$service" describe-global-clusters --global-cluster-identifier "$id" \
        --query 'GlobalClusters[0].DeletionProtection' || return 0
    if [ "$out" = True ]; then
        attempt "lifting the protection of the global database $id" "$region" "$service" modify-global-cluster \
            --global-cluster-identifier "$id" --no-deletion-protection --query 'GlobalCluster.Status' || return 0
    fi
    for writer in False True; do
        attempt "looking for the members of the global database $id" "$region" "$service" describe-global-clusters \
            --global-cluster-identifier "$id" --query 'GlobalClusters[].GlobalClusterMembers[].[IsWriter,DBClusterArn]' || return 0
        members=$out
        while IFS=$tab read -r what member; do
            [ "$what" = "$writer" ] || continue
            # arn:PARTITION:rds:REGION:ACCOUNT:cluster:NAME
            place=${member#*:*:*:} place=${place%%:*}
            say "$member leaves the global database"
            attempt "detaching $member" "$place" "$service" remove-from-global-cluster --global-cluster-identifier "$id" \
                --db-cluster-identifier "$member" --query 'GlobalCluster.Status' || true
            wait_until is_nothing "$member has left the global database" "$region" "$service" describe-global-clusters \
                --global-cluster-identifier "$id" --query "GlobalClusters[].GlobalClusterMembers[] | [?DBClusterArn=='$member'].[IsWriter]"
        done <<<"$members"
    done
}

global_remove() {
    local service=$1 region=$2 id=$3
    attempt "deleting the global database $id" "$region" "$service" delete-global-cluster --global-cluster-identifier "$id" \
        --query 'GlobalCluster.Status' || return 0
    wait_until is_nothing "the global database $id is deleted" "$region" "$service" describe-global-clusters \
        --global-cluster-identifier "$id" --query 'GlobalClusters[0].Status'
}

# AWS deletes no key at once; 7 days are the shortest window. Until then the deletion can be cancelled.
key_remove() {
    text "$1" kms schedule-key-deletion --key-id "$2" --pending-window-in-days 7 --query DeletionDate || case $problem in
        *'pending deletion'* | *'pending replica deletion'*) ;;
        *) is_gone || give_up "scheduling the deletion of the key $2" "$1" ;;
    esac
    expires+=("the key $2 in $1 is deleted by AWS in 7 days; until then \`aws kms cancel-key-deletion\` keeps it")
}

table_unprotect() {
    attempt "looking at the table $2 in $1" "$1" dynamodb describe-table --table-name "$2" --query Table.DeletionProtectionEnabled || return 0
    [ "$out" = True ] || return 0
    attempt "lifting the protection of the table $2 in $1" "$1" dynamodb update-table --table-name "$2" --no-deletion-protection-enabled \
        --query TableDescription.TableStatus || return 0
    wait_until is_active "the table $2 in $1 can be changed" "$1" dynamodb describe-table --table-name "$2" --query Table.TableStatus
}

table_delete() {
    attempt "deleting the table $2" "$1" dynamodb delete-table --table-name "$2" --query TableDescription.TableStatus || return 0
    wait_until is_nothing "the table $2 is deleted" "$1" dynamodb describe-table --table-name "$2" --query Table.TableStatus
}

is_active() { [ "$1" = ACTIVE ] || [ "$1" = gone ]; }

table_replicas() {
    attempt "looking for the replicas of the table $2" "$1" dynamodb describe-table --table-name "$2" --query 'Table.Replicas[].[RegionName]'
}

prepare_AWS_DynamoDB_GlobalTable() {
    local replica replicas
    table_replicas "$@" || return 0
    replicas=$out
    table_unprotect "$@"
    while IFS= read -r replica; do
        is_nothing "$replica" || [ "$replica" = "$1" ] || table_unprotect "$replica" "$2"
    done <<<"$replicas"
}

# The replicas go one after the other, the table of the stack's Region last.
remove_AWS_DynamoDB_GlobalTable() {
    local replica replicas
    table_replicas "$@" || return 0
    replicas=$out
    while IFS= read -r replica; do
        if is_nothing "$replica" || [ "$replica" = "$1" ]; then continue; fi
        wait_until is_active "the table $2 can be changed" "$1" dynamodb describe-table --table-name "$2" --query Table.TableStatus
        attempt "deleting the replica of the table $2 in $replica" "$1" dynamodb update-table --table-name "$2" \
            --replica-updates "Delete={RegionName=$replica}" --query TableDescription.TableStatus || true
        wait_until is_nothing "the replica of the table $2 in $replica is deleted" "$1" dynamodb describe-table --table-name "$2" \
            --query "Table.Replicas[?RegionName=='$replica'].[ReplicaStatus]"
    done <<<"$replicas"
    wait_until is_active "the table $2 can be deleted" "$1" dynamodb describe-table --table-name "$2" --query Table.TableStatus
    table_delete "$@"
}

remove_AWS_KMS_Key() { key_remove "$@"; }

remove_AWS_Logs_LogGroup() {
    attempt "deleting the log group $2" "$1" logs delete-log-group --log-group-name "$2" || return 0
}

prepare_AWS_RDS_DBCluster() { cluster_prepare rds "$@"; }
remove_AWS_RDS_DBCluster() { cluster_remove rds "$@"; }

# The protection of an instance of a cluster is the cluster's.
prepare_AWS_RDS_DBInstance() {
    attempt "looking at the instance $2" "$1" rds describe-db-instances --db-instance-identifier "$2" \
        --query 'DBInstances[0].[DeletionProtection,DBClusterIdentifier]' || return 0
    [ "$out" = "True${tab}None" ] || return 0
    attempt "lifting the protection of the instance $2" "$1" rds modify-db-instance --db-instance-identifier "$2" --no-deletion-protection \
        --apply-immediately --query DBInstance.DBInstanceStatus || return 0
}
remove_AWS_RDS_DBInstance() { instance_remove rds "$@"; }

prepare_AWS_RDS_GlobalCluster() { global_prepare rds "$@"; }
remove_AWS_RDS_GlobalCluster() { global_remove rds "$@"; }

# Nothing is copied any more while both ends are emptied.
prepare_AWS_S3_Bucket() {
    attempt "ending the replication of the bucket $2" "$1" s3api delete-bucket-replication --bucket "$2" || true
}

# A bucket is deleted when it holds no object, no version and no mark of a deletion.
remove_AWS_S3_Bucket() {
    local region=$1 bucket=$2 tries=0
    while :; do
        empty_bucket "$@" || return 0
        text "$region" s3api delete-bucket --bucket "$bucket" && return 0
        case $problem in
            # What was still on its way arrived meanwhile.
            *BucketNotEmpty*) tries=$((tries + 1)) ;;
            *)
                is_gone || give_up "deleting the bucket $bucket" "$region"
                return 0
                ;;
        esac
        [ "$tries" -lt 20 ] || fail "something still writes to the bucket $bucket: stop it, and run this again"
        sleep "$poll"
    done
}

empty_bucket() {
    local region=$1 bucket=$2
    while :; do
        if ! ask_aws "$region" json s3api list-object-versions --bucket "$bucket" --no-paginate \
            --query '{Objects: [Versions, DeleteMarkers][].{Key: Key, VersionId: VersionId}}'; then
            is_gone || give_up "listing what the bucket $bucket holds" "$region"
            return 1
        fi
        case $out in *'"Key"'*) ;; *) return 0 ;; esac
        say "emptying the bucket $bucket"
        printf '%s\n' "$out" >"$scratch.objects.json"
        text "$region" s3api delete-objects --bucket "$bucket" --delete "file://$scratch.objects.json" --query 'Errors[].[Code,Key]' ||
            give_up "emptying the bucket $bucket" "$region"
        is_nothing "$out" || fail "the bucket $bucket keeps ${out%%"$newline"*}: lift its lock or let these credentials delete versions, and run this again"
    done
}

# Copies in other Regions go first.
remove_AWS_SecretsManager_Secret() {
    local replicas
    attempt "looking for the copies of the secret $2" "$1" secretsmanager describe-secret --secret-id "$2" \
        --query 'ReplicationStatus[].[Region]' || return 0
    if ! is_nothing "$out"; then
        replicas=()
        while IFS= read -r replica; do replicas+=("$replica"); done <<<"$out"
        attempt "deleting the copies of the secret $2" "$1" secretsmanager remove-regions-from-replication --secret-id "$2" \
            --remove-replica-regions "${replicas[@]}" --query ARN || return 0
        wait_until is_nothing "the copies of the secret $2 are deleted" "$1" secretsmanager describe-secret --secret-id "$2" \
            --query 'ReplicationStatus[].[Region]'
    fi
    attempt "deleting the secret $2" "$1" secretsmanager delete-secret --secret-id "$2" --force-delete-without-recovery --query ARN || return 0
}

can_remove() {
    case $1 in
        AWS::DynamoDB::GlobalTable | AWS::KMS::Key | AWS::Logs::LogGroup | AWS::RDS::DBCluster | AWS::RDS::DBInstance | AWS::RDS::GlobalCluster | AWS::S3::Bucket | AWS::SecretsManager::Secret)
            return 0
            ;;
        *)
            return 1
            ;;
    esac
}

prepare_resource() {
    case $2 in
        AWS::DynamoDB::GlobalTable)
            prepare_AWS_DynamoDB_GlobalTable "$1" "$3"
            ;;
        AWS::RDS::DBCluster)
            prepare_AWS_RDS_DBCluster "$1" "$3"
            ;;
        AWS::RDS::DBInstance)
            prepare_AWS_RDS_DBInstance "$1" "$3"
            ;;
        AWS::RDS::GlobalCluster)
            prepare_AWS_RDS_GlobalCluster "$1" "$3"
            ;;
        AWS::S3::Bucket)
            prepare_AWS_S3_Bucket "$1" "$3"
            ;;
    esac
}

remove_resource() {
    case $2 in
        AWS::DynamoDB::GlobalTable)
            remove_AWS_DynamoDB_GlobalTable "$1" "$3"
            ;;
        AWS::KMS::Key)
            remove_AWS_KMS_Key "$1" "$3"
            ;;
        AWS::Logs::LogGroup)
            remove_AWS_Logs_LogGroup "$1" "$3"
            ;;
        AWS::RDS::DBCluster)
            remove_AWS_RDS_DBCluster "$1" "$3"
            ;;
        AWS::RDS::DBInstance)
            remove_AWS_RDS_DBInstance "$1" "$3"
            ;;
        AWS::RDS::GlobalCluster)
            remove_AWS_RDS_GlobalCluster "$1" "$3"
            ;;
        AWS::S3::Bucket)
            remove_AWS_S3_Bucket "$1" "$3"
            ;;
        AWS::SecretsManager::Secret)
            remove_AWS_SecretsManager_Secret "$1" "$3"
            ;;
    esac
}

main "$@"
