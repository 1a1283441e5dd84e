#!/usr/bin/env bash
# Deploys a platform: run it with --help.
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

# Templates that are too large to be handed over lie in the bucket of the platform's artifacts, in each Region, under their SHA-256.
# Sources: API reference of Amazon S3 (HeadObject, PutObject); form of the URL: "Virtual-hosted-style access", S3 user guide.

artifacts_ready=0
producer='' output='' dns_suffix=''

# Once, before the first stack that needs one: every template of this run is brought into its Region.
prepare_artifacts() {
    local phase=$1 at
    shift
    [ "$artifacts_ready" = 0 ] || return 0
    for at in "$@"; do
        step_of "$phase" "$at"
        if [ "$step_size" -gt "$largest_body" ] && is_selected "$at"; then artifacts_ready=1; fi
    done
    [ "$artifacts_ready" = 0 ] || each_step bring_artifact
}

bring_artifact() {
    local at=$2 region=${stack_region[$2]} bucket
    step_of "$1" "$at"
    [ "$step_size" -gt "$largest_body" ] && is_selected "$at" || return 0
    check_artifact
    artifacts_in "$region"
    [ -n "$producer" ] || fail "$region has no bucket for artifacts, and the template of ${stack_id[at]} is too large to be handed over"
    name_of "$producer"
    text "$region" cloudformation describe-stacks --stack-name "$name" \
        --query "Stacks[].Outputs[] | [?OutputKey=='$output'].[OutputValue]" ||
        [ "$kind" = missing ] || give_up "looking for the bucket of the artifacts" "$region"
    bucket=$out
    [ -n "$bucket" ] || fail "${stack_id[producer]} is not deployed yet, and the template of ${stack_id[at]} needs its bucket: deploy it first, without --only or with it too"
    printf '%s' "https://$bucket.s3.$region.$dns_suffix" >"$work/artifacts.$region"
    text "$region" s3api head-object --bucket "$bucket" --key "$step_hash" --query ContentLength && return 0
    case $problem in
        *'(404)'* | *'Not Found'* | *NoSuchKey*) ;;
        *) give_up "looking for the template of ${stack_id[at]} in the bucket $bucket" "$region" ;;
    esac
    say "uploading $step_template to $bucket"
    text "$region" s3api put-object --bucket "$bucket" --key "$step_hash" --body "$here/$step_template" --query ETag ||
        give_up "uploading $step_template" "$region"
}

# The key promises the content; a machine without any of these commands trusts the folder.
check_artifact() {
    local sum
    [ -r "$here/$step_template" ] || fail "$step_template is missing: compile again, or copy the whole folder"
    if command -v sha256sum >/dev/null; then
        sum=$(sha256sum <"$here/$step_template")
    elif command -v shasum >/dev/null; then
        sum=$(shasum -a 256 <"$here/$step_template")
    else
        return 0
    fi
    [ "${sum%% *}" = "$step_hash" ] || fail "$step_template is not what was compiled: compile again"
}

usage() {
    cat <<'TEXT'
usage: deploy.sh [options]

Deploys the platform of this folder, or what is missing of it, with the `aws` command. What is there already stays; a run that was
stopped goes on where it was.

  --param NAME=VALUE    a value of the platform; one that each Region has by itself is NAME@REGION=VALUE. Can be repeated
  --params FILE         a file of such lines; lines that begin with # are skipped
  --only STACK          only this stack, as REGION/NAME, or NAME for all Regions. Can be repeated
  --region REGION       only the stacks of this Region: nothing is asked of the others that can be done without. Can be repeated
  --profile NAME        the profile of the aws command
  --dry-run             say what would be done; only reads
  --one-by-one          one stack after the other; otherwise stacks that do not need each other are deployed side by side
  --timeout MINUTES     how long to wait for one stack (120)
  --yes                 do not ask whether to begin
  --help                this text

Values that are not given: what is deployed has them, else the default holds, else they are asked for before anything happens.
Ends with 0 if all is deployed, 1 if something stopped it, 2 if it was called wrongly or values are missing.
TEXT
}

# The largest template that is handed over as it is; CloudFormation reads larger ones from a bucket.
largest_body=51200
only=()
one_by_one=0
failed=0

read_options() {
    while [ $# -gt 0 ]; do
        case $1 in
            --param | --params | --only | --region | --profile | --timeout)
                [ $# -ge 2 ] || wrong_usage "$1 wants a value"
                case $1 in
                    --param) take_param "$2" ;;
                    --params) take_params "$2" ;;
                    --only) only+=("$2") ;;
                    --region) regions_wanted+=("$2") ;;
                    --profile) profile=(--profile "$2") ;;
                    --timeout) minutes=$2 ;;
                esac
                shift
                ;;
            --dry-run) dry_run=1 ;;
            --one-by-one) one_by_one=1 ;;
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
}

# --- what the definitions say of stacks -----------------------------------------------------------------------------

stack_begins() {
    stack_unit[number]=$1 stack_capabilities[number]='' stack_policy[number]='' protected[number]=0 after[number]=0
    stateful[number]='' later[number]='' reached[number]=0
}
capabilities() { stack_capabilities[number]="$*"; }
policy() { stack_policy[number]=$1; }
protect() { protected[number]=1; }
# The phase that it must have reached already.
deployed_before() { after[number]=$1; }
holds_data() { stateful[number]="$*"; }
grows_by() { later[number]="$*"; }

# --- which stacks ---------------------------------------------------------------------------------------------------

check_only() {
    local wanted known
    for wanted in ${only[@]+"${only[@]}"}; do
        known=0
        for ((number = 0; number < stacks; number++)); do
            case $wanted in "${stack_id[number]}" | "${stack_unit[number]}") known=1 ;; esac
        done
        if [ "$known" = 0 ]; then
            complain "the platform has no stack \`$wanted\`; it has:"
            for ((number = 0; number < stacks; number++)); do complain "  ${stack_id[number]}"; done
            exit 2
        fi
    done
}

# Whether a stack is part of this run; if not, $reason says why.
is_selected() {
    local wanted
    reason="it is not in$(printf ' %s' ${regions_wanted[@]+"${regions_wanted[@]}"})"
    region_wanted "${stack_region[$1]}" || return 1
    [ ${#only[@]} -gt 0 ] || return 0
    for wanted in "${only[@]}"; do
        case $wanted in "${stack_id[$1]}" | "${stack_unit[$1]}") return 0 ;; esac
    done
    reason="it is not among --only"
    return 1
}

# --- values ---------------------------------------------------------------------------------------------------------

# What the parameters of a stack are, is read for two reasons: to know what is needed, and to hand it over.
from_param() { "${reading}_param" "$@"; }
from_output() { "${reading}_output" "$@"; }

# Notes for which slots the steps of this run need a value, and which stacks take it under which name.
find_takers() {
    takers=()
    reading=note
    each_step note_takers
}

note_takers() {
    taker=$2
    ! is_selected "$2" || parameters_of "$1" "$2"
}

note_param() { takers[$2]="${takers[$2]-} $taker:$1"; }
note_output() { :; }

# The value that what is deployed has; a secret is not told, but kept where every stack that takes it has it already.
deployed_value() {
    local slot=$1 pair key at query has=1
    for pair in ${takers[slot]-}; do
        at=${pair%%:*} key=${pair#*:}
        case ${status[at]} in
            '' | REVIEW_IN_PROGRESS | ROLLBACK_COMPLETE) has=0 ;;
            *)
                name_of "$at"
                # The sign before a value tells an empty one from none.
                query="Stacks[].Parameters[] | [?ParameterKey=='$key'].[join('', ['=', ParameterValue])]"
                text "${stack_region[at]}" cloudformation describe-stacks --stack-name "$name" --query "$query" ||
                    give_up "asking which values the stack ${stack_id[at]} has" "${stack_region[at]}"
                if [ -z "$out" ]; then
                    has=0
                elif [ "${is_secret[slot]}" = 0 ]; then
                    value[slot]=${out#=} origin[slot]=deployed
                    return
                fi
                ;;
        esac
    done
    if [ "${is_secret[slot]}" = 1 ] && [ "$has" = 1 ]; then
        origin[slot]=kept
    fi
}

bind_values() {
    local slot missing=()
    for ((slot = 0; slot < slots; slot++)); do
        [ -z "${origin[slot]}" ] && [ -n "${takers[slot]-}" ] || continue
        deployed_value "$slot"
        if [ -z "${origin[slot]}" ] && [ "${has_default[slot]}" = 1 ]; then
            value[slot]=${default_value[slot]} origin[slot]=default
        elif [ -z "${origin[slot]}" ]; then
            missing+=("$slot")
        fi
    done
    ask_for ${missing[@]+"${missing[@]}"}
}

# Without a terminal nothing can be looked at before the names are known: then all that may be missing is listed at once.
list_missing() {
    local slot unknown=0 missing=()
    [ ! -t 0 ] || return 0
    for ((slot = 0; slot < slots; slot++)); do
        if [ -z "${origin[slot]}" ] && [ "${has_default[slot]}" = 0 ] && [ -n "${takers[slot]-}${in_names[slot]#0}" ]; then
            missing+=("$slot")
            [ "${in_names[slot]}" = 0 ] || unknown=1
        fi
    done
    [ "$unknown" = 0 ] || ask_for "${missing[@]}"
}

# --- before anything happens ----------------------------------------------------------------------------------------

# Refuses what holds data and is deployed in a stack, but now belongs to another one of its Region.
check_homes() {
    local region=$1 home=$2 own=$3 have=$4 other resource
    for ((other = 0; other < stacks; other++)); do
        [ "${stack_region[other]}" = "$region" ] && [ "${stack_id[other]}" != "$home" ] || continue
        for resource in ${stateful[other]}; do
            case " $own " in *" $resource "*) continue ;; esac
            case $have in *" $resource "*) ;; *) continue ;; esac
            source_of "$other" "$resource"
            complain "error: $resource${source:+ ($source)} holds data and is deployed in $home; here it would be made anew in ${stack_id[other]}, and its data would stay behind. Put it back into the group or layer that it had"
            refused=1
        done
    done
}

# Stacks of an earlier compilation stay; nothing that holds data may have moved out of one.
look_at_strangers() {
    local region stranger have resource what
    for region in $all_regions; do
        region_wanted "$region" || continue
        find_strangers "$region"
        for stranger in ${strangers[@]+"${strangers[@]}"}; do
            say "$stranger in $region is not part of this compilation any more: it stays as it is"
            text "$region" cloudformation list-stack-resources --stack-name "$stranger" \
                --query 'StackResourceSummaries[].[LogicalResourceId,ResourceStatus]' || give_up "listing what the stack $stranger has" "$region"
            have=' '
            while IFS=$tab read -r resource what; do
                case $what in DELETE_COMPLETE | DELETE_SKIPPED) ;; *) have+="$resource " ;; esac
            done <<<"$out"
            check_homes "$region" "the stack $stranger" '' "$have"
        done
    done
}

# What is there. Ends the run if something there could be lost.
look_around() {
    local at resource what have lacking
    refused=0
    for ((at = 0; at < stacks; at++)); do
        is_selected "$at" || continue
        look_or_stop "$at"
        status[at]=$now reached[at]=$now_phase
        if [ "${reached[at]}" -lt "${after[at]}" ]; then
            complain "error: ${stack_id[at]} was to be deployed up to phase ${after[at]} already, and is ${now:+at phase $now_phase}${now:-not there}: this was compiled with \`--deployed\` for a platform that runs. Compile without it for a new environment"
            refused=1
        fi
        # What every stack has is looked at only where something could be lost.
        case $now in '' | REVIEW_IN_PROGRESS | ROLLBACK_COMPLETE) continue ;; esac
        [ "$any_stateful" = 1 ] || [ -n "${later[at]}" ] || continue
        list_resources "$at"
        printf '%s\n' "$out" >"$work/resources.$at"
    done
    for ((at = 0; at < stacks; at++)); do
        [ -f "$work/resources.$at" ] || continue
        have=' '
        while IFS=$tab read -r resource _ what _; do
            case $what in DELETE_COMPLETE | DELETE_SKIPPED) ;; *) have+="$resource " ;; esac
        done <"$work/resources.$at"
        lowest_phase "$at"
        lacking=''
        if [ "${reached[at]}" -gt "$lowest" ]; then
            for resource in ${later[at]}; do
                case $have in *" $resource "*) ;; *) lacking+=" $resource" ;; esac
            done
        fi
        if [ -n "$lacking" ]; then
            complain "error: ${stack_id[at]} is at phase ${reached[at]} and lacks$lacking, which must come after what they need: in one step they would be made together. Compile with \`drc compile --deployed OLD/manifest.json\`, the manifest of what is deployed: then only what is new comes in phases"
            refused=1
        fi
        check_homes "${stack_region[at]}" "${stack_id[at]}" "${stateful[at]}" "$have"
    done
    [ "$any_stateful" = 0 ] || look_at_strangers
    [ "$refused" = 0 ] || fail "nothing was changed"
}

# --- one stack ------------------------------------------------------------------------------------------------------

item() {
    items+="${items:+,}$newline  $1"
}

tag() {
    local key
    json "$1" && key=$quoted
    json "$2"
    item "{\"Key\": $key, \"Value\": $quoted}"
}

write_tags() {
    local slot
    items=''
    tags_of "$1"
    tag drc:platform "$platform"
    tag drc:phase "$2"
    for ((slot = 0; slot < slots; slot++)); do
        [ "${in_names[slot]}" = 0 ] || tag "drc:param:${slot_name[slot]}" "${value[slot]}"
    done
    printf '[%s\n]\n' "$items" >"$scratch.tags.json"
}

give_value() {
    json "$2"
    item "{\"ParameterKey\": \"$1\", \"ParameterValue\": $quoted}"
}

keep_value() {
    item "{\"ParameterKey\": \"$1\", \"UsePreviousValue\": true}"
}

give_param() {
    if [ "${origin[$2]}" = kept ]; then keep_value "$1"; else give_value "$1" "${value[$2]}"; fi
}

# Hands on an output of another stack, as it is right now.
give_output() {
    local key=$1 producer=$2 output=$3 line found=0 result=''
    name_of "$producer"
    if [ "$read_from" != "$producer" ]; then
        if ! text "${stack_region[producer]}" cloudformation describe-stacks --stack-name "$name" --cli-connect-timeout 10 \
            --query 'Stacks[].Outputs[].[OutputKey,OutputValue]'; then
            keep_output "$key" "$producer"
            return
        fi
        read_from=$producer
        printf '%s\n' "$out" >"$scratch.outputs"
    fi
    # A value of several lines goes on where no other output begins.
    while IFS= read -r line; do
        if [[ $line =~ ^[A-Za-z0-9]+$tab ]]; then
            [ "$found" = 0 ] || break
            [ "${line%%"$tab"*}" != "$output" ] || found=1 result=${line#*"$tab"}
        elif [ "$found" = 1 ]; then
            result+=$newline$line
        fi
    done <"$scratch.outputs"
    [ "$found" = 1 ] ||
        fail "${stack_id[producer]} has no output $output yet: deploy it first, without --only or with it too"
    give_value "$key" "$result"
}

# The producer cannot be asked. What is there already keeps the value that it has: on the day of the outage it can still be deployed.
keep_output() {
    local key=$1 producer=$2 own=${stack_region[$current]} there=${stack_region[$2]} said=$problem
    [ "$kind" != missing ] || fail "the stack ${stack_id[producer]} is not deployed yet, and ${stack_id[current]} needs a value of it: deploy it first, without --only or with it too"
    case $kind in
        network | closed | throttled) ;;
        *) ! region_wanted "$there" || give_up "reading the outputs of ${stack_id[producer]}" "$there" ;;
    esac
    [ "$there" != "$own" ] || give_up "reading the outputs of ${stack_id[producer]}" "$there"
    name_of "$current"
    text "$own" cloudformation describe-stacks --stack-name "$name" \
        --query "Stacks[].Parameters[] | [?ParameterKey=='$key'].[ParameterKey]" || [ "$kind" = missing ] ||
        give_up "looking at the stack ${stack_id[current]}" "$own"
    if [ "$out" != "$key" ]; then
        complain "$said"
        fail "$there cannot be asked for a value of ${stack_id[producer]}, and ${stack_id[current]} never had it: it can be deployed when $there answers"
    fi
    say "$there cannot be asked: $key stays as it is"
    keep_value "$key"
}

write_parameters() {
    items='' read_from='' current=$2 reading=give
    parameters_of "$1" "$2"
    printf '[%s\n]\n' "$items" >"$scratch.parameters.json"
}

set_policy() {
    local at=$1
    [ -n "${stack_policy[at]}" ] || return 0
    printf '%s\n' "${stack_policy[at]}" >"$scratch.policy.json"
    name_of "$at"
    text "${stack_region[at]}" cloudformation set-stack-policy --stack-name "$name" --stack-policy-body "file://$scratch.policy.json" ||
        give_up "setting the stack policy" "${stack_region[at]}"
}

# What guards the data of a stack: the policy, and protection against deletion.
guard() {
    local at=$1
    [ "$2" = guarded ] || set_policy "$at"
    [ "${protected[at]}" = 1 ] && [ "$now_guarded" = 0 ] || return 0
    name_of "$at"
    text "${stack_region[at]}" cloudformation update-termination-protection --stack-name "$name" --enable-termination-protection ||
        give_up "protecting the stack against deletion" "${stack_region[at]}"
}

# The leftovers of a first creation that failed hold nothing that was ever in use.
clear_away() {
    local at=$1
    say "the first creation had failed: its leftovers are deleted"
    name_of "$at"
    text "${stack_region[at]}" cloudformation delete-stack --stack-name "$name" || give_up "deleting what the failed creation left" "${stack_region[at]}"
    wait_for "$at" begun
    [ -z "$now" ] || fail "what the failed creation left cannot be deleted ($now): delete the stack $name in the console, and run this again"
}

refuse_state() {
    local what=$1 at=$2
    name_of "$at"
    case $what in
        UPDATE_ROLLBACK_FAILED)
            fail "the last update failed, and so did its way back. Correct what the events of the stack name, let CloudFormation finish (\`aws cloudformation continue-update-rollback --stack-name $name --region ${stack_region[at]}\`), and run this again"
            ;;
        ROLLBACK_FAILED | CREATE_FAILED)
            fail "the first creation failed, and so did its way back ($what). Delete the stack $name in ${stack_region[at]} (console, or \`aws cloudformation delete-stack\`), and run this again"
            ;;
        DELETE_FAILED)
            fail "its deletion was begun and failed. Run destroy.sh again, or delete the stack $name in ${stack_region[at]} by hand, and run this again"
            ;;
        *) fail "the stack $name in ${stack_region[at]} is $what: this has to be settled in the console first. Then run this again" ;;
    esac
}

# Brings a stack to what a phase holds for it. Runs as a job of its own.
deploy_stack() {
    local phase=$1 at=$2 region=${stack_region[$2]} type=UPDATE set why options=()
    step_of "$phase" "$at"
    label="[${stack_id[at]}] "
    wait_for "$at"
    case $now in
        '' | REVIEW_IN_PROGRESS) type=CREATE ;;
        ROLLBACK_COMPLETE)
            clear_away "$at"
            type=CREATE
            ;;
        CREATE_COMPLETE | UPDATE_COMPLETE | UPDATE_ROLLBACK_COMPLETE | IMPORT_COMPLETE | IMPORT_ROLLBACK_COMPLETE) ;;
        *) refuse_state "$now" "$at" ;;
    esac
    if [ "$type" = UPDATE ] && [ "$now_phase" -gt "$step_phase" ]; then
        say "skipped: it has reached phase $now_phase"
        return 0
    fi
    write_tags "$at" "$step_phase"
    write_parameters "$phase" "$at"
    [ -r "$here/$step_template" ] || fail "$step_template is missing: compile again, or copy the whole folder"
    if [ "$step_size" -gt "$largest_body" ]; then
        options+=(--template-url "$(<"$work/artifacts.$region")/$step_hash")
    else
        options+=(--template-body "file://$here/$step_template")
    fi
    if [ -n "${stack_capabilities[at]}" ]; then
        # Words without blanks, one after the other.
        # shellcheck disable=SC2206
        options+=(--capabilities ${stack_capabilities[at]})
    fi
    set=drc-phase-$step_phase-$(date -u +%Y%m%dT%H%M%SZ)-$$
    name_of "$at"
    text "$region" cloudformation create-change-set --stack-name "$name" --change-set-name "$set" --change-set-type "$type" \
        "${options[@]}" --parameters "file://$scratch.parameters.json" --tags "file://$scratch.tags.json" ||
        give_up "working out what changes" "$region"
    wait_for_set "$region" "$set"
    if [ "$set_status" = unchanged ]; then
        text "$region" cloudformation delete-change-set --stack-name "$name" --change-set-name "$set" || give_up "deleting the empty change set" "$region"
        guard "$at" open
        say unchanged
        return 0
    fi
    # Before an update, so that it does not replace what only the new policy guards.
    [ "$type" = CREATE ] || set_policy "$at"
    say "$(if [ "$type" = CREATE ]; then printf 'creating'; else printf 'updating'; fi) (phase $step_phase)"
    text "$region" cloudformation execute-change-set --stack-name "$name" --change-set-name "$set" || give_up "executing the change set" "$region"
    wait_for "$at" begun
    case $type/$now in
        CREATE/CREATE_COMPLETE | UPDATE/UPDATE_COMPLETE) ;;
        *)
            say_failures "$at"
            fail "$now. What was there before is unchanged. Correct the cause, compile, and run this again: it goes on from here"
            ;;
    esac
    guard "$at" "$(if [ "$type" = CREATE ]; then printf 'open'; else printf 'guarded'; fi)"
    say "$now"
}

# Waits until a change set is there; $set_status is `ready` or `unchanged`.
wait_for_set() {
    local region=$1 set=$2 deadline=$((SECONDS + minutes * 60)) state why
    while :; do
        if text "$region" cloudformation describe-change-set --stack-name "$name" --change-set-name "$set" --no-paginate --query '[[Status],[StatusReason]]'; then
            state=${out%%"$newline"*} why=${out#*"$newline"}
            case $state in
                CREATE_COMPLETE)
                    set_status=ready
                    return
                    ;;
                FAILED)
                    # The two sentences by which CloudFormation says that nothing changes (aws-cli, customizations/cloudformation/deployer.py).
                    case $why in
                        *"The submitted information didn't contain changes"* | *"No updates are to be performed"*)
                            set_status=unchanged
                            return
                            ;;
                    esac
                    fail "CloudFormation refuses the change: $why. Correct the cause, compile, and run this again"
                    ;;
            esac
        else
            case $kind in network | throttled) ;; *) give_up "waiting for the change set" "$region" ;; esac
        fi
        [ "$SECONDS" -lt "$deadline" ] || fail "the change set is not there after $minutes minutes: run this again"
        sleep "$poll"
    done
}

# --- all stacks -----------------------------------------------------------------------------------------------------

# Deploys stacks that do not need each other.
wave() {
    local phase=$1 at job
    shift
    running=()
    prepare_artifacts "$phase" "$@"
    for at in "$@"; do
        is_selected "$at" || continue
        (
            trap - INT TERM HUP
            scratch=$work/job-$at
            deploy_stack "$phase" "$at"
        ) &
        running+=("$!")
        [ "$one_by_one" = 0 ] || finish
    done
    finish
}

# Waits for what runs; if something failed, nothing more is begun.
finish() {
    local job
    for job in ${running[@]+"${running[@]}"}; do
        wait "$job" || failed=1
    done
    running=()
    [ "$failed" = 0 ] || fail "stopped. What is deployed stays; correct the cause and run the same command again: it goes on from there"
}

# Says what a wave would do.
foresee() {
    local phase=$1 at what
    shift
    for at in "$@"; do
        step_of "$phase" "$at"
        if ! is_selected "$at"; then
            what="skipped: $reason"
        elif [ "${reached[at]}" -gt "$step_phase" ]; then
            what="skipped: it has reached phase ${reached[at]}"
        else
            case ${status[at]} in
                '' | REVIEW_IN_PROGRESS) what=create ;;
                ROLLBACK_COMPLETE) what="delete what the failed creation left, and create" ;;
                planned) what="update: it grows" ;;
                *_IN_PROGRESS) what="wait until it is no longer ${status[at]}, then update, or unchanged" ;;
                *_FAILED) what="stop: it is ${status[at]}" ;;
                *) what="update, or unchanged" ;;
            esac
            status[at]=planned
        fi
        say "phase $step_phase  ${stack_id[at]}: $what"
    done
}

# Calls a function with phase and stack for every step.
each_step() {
    called=$1
    waves each_of_wave
}

each_of_wave() {
    local phase=$1 at
    shift
    for at in "$@"; do "$called" "$phase" "$at"; done
}

# The lowest phase in which a stack has a step, in $lowest.
lowest_phase() {
    lowest=''
    lowest_of=$1
    each_step note_lowest
}

note_lowest() {
    [ "$2" = "$lowest_of" ] && [ -z "$lowest" ] || return 0
    step_of "$1" "$2"
    lowest=$step_phase
}

confirm() {
    local answer
    [ "$yes" = 0 ] && [ -t 0 ] || return 0
    printf '%s' "Deploy? [y/N] "
    IFS= read -r answer || answer=''
    case $answer in
        y | Y | yes | Yes) ;;
        *) fail "nothing was changed" ;;
    esac
}

main() {
    local first='' at where
    define
    read_options "$@"
    check_regions
    check_only
    check_given
    command -v aws >/dev/null || fail "there is no \`aws\` command: install the AWS CLI, and run this again"
    find_takers
    list_missing
    bind_names
    for ((at = 0; at < stacks; at++)); do
        [ -n "$first" ] || ! is_selected "$at" || first=${stack_region[at]}
    done
    [ -n "$first" ] || fail "no stack is both in these Regions and among --only"
    find_account "$first"
    environment
    if [ ${#regions_wanted[@]} -gt 0 ]; then where=" ${regions_wanted[*]}"; else where=$all_regions; fi
    say "platform $platform in account $account:$where$named"
    look_around
    bind_values
    if [ "$dry_run" = 1 ]; then
        waves foresee
        say "nothing was changed"
        return
    fi
    confirm
    waves wave
    say "the platform $platform is deployed"
}

# --- what this platform is --------------------------------------------------------------------------------------------

platform='orders'
all_regions=' us-east-1 us-east-2'
sources='sources.tsv'
any_stateful=1

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
    stack 'us-east-2/artifacts' 'us-east-2' 'artifacts' # 1
    stack 'us-east-1/keys' 'us-east-1' 'keys' # 2
    holds_data 'AlertsKey' 'CartsMaster' 'InvoicesKey' 'LedgerKey'
    stack 'us-east-2/keys' 'us-east-2' 'keys' # 3
    holds_data 'AlertsKey' 'CartsMaster' 'InvoicesKey' 'LedgerKey'
    stack 'us-east-1/network' 'us-east-1' 'network' # 4
    stack 'us-east-2/network' 'us-east-2' 'network' # 5
    stack 'us-east-1/data' 'us-east-1' 'data' # 6
    capabilities 'CAPABILITY_NAMED_IAM'
    holds_data 'InvoicesStore' 'LedgerCluster' 'LedgerGlobal' 'LedgerInstance' 'LedgerLog' 'LedgerSecret'
    grows_by 'InvoicesStore'
    stack 'us-east-2/data' 'us-east-2' 'data' # 7
    capabilities 'CAPABILITY_NAMED_IAM'
    holds_data 'InvoicesStore' 'LedgerCluster' 'LedgerInstance' 'LedgerLog'
    grows_by 'InvoicesStore'
    stack 'us-east-1/app' 'us-east-1' 'app' # 8
    stack 'us-east-2/app' 'us-east-2' 'app' # 9
    stack 'us-east-1/global' 'us-east-1' 'global' # 10
    holds_data 'CartsTable'
    stack 'us-east-1/recovery' 'us-east-1' 'recovery' # 11
    stack 'us-east-2/recovery' 'us-east-2' 'recovery' # 12
    capabilities 'CAPABILITY_NAMED_IAM'
    holds_data 'EvacuateLog'
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

tags_of() {
    case $1 in
        0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12)
            tag 'system' 'orders'
            ;;
    esac
}

step_of() {
    case $1/$2 in
        1/0)
            step_phase=1 step_size=3073 step_hash=4177d950ce679b333f8c5b1139d08390b6e2b11946368038e3c0d1a0e8cda3c0 step_template='us-east-1/artifacts.template.json'
            ;;
        1/1)
            step_phase=1 step_size=3073 step_hash=b10176c252d64606badb8901a23471928e43c6caa728cff1d41ead2a631200c2 step_template='us-east-2/artifacts.template.json'
            ;;
        1/2)
            step_phase=1 step_size=7340 step_hash=d437c672fb3072a99148ada1c71d414483b8ba9b67cb919f83c0002bb0ae13ff step_template='us-east-1/keys.template.json'
            ;;
        1/3)
            step_phase=1 step_size=7260 step_hash=eec6ba088c557e07916c0f300590acb12bbb54e245ba602e90ac8c06f10bd378 step_template='us-east-2/keys.template.json'
            ;;
        1/4)
            step_phase=1 step_size=5619 step_hash=f9e168007cb6cc93bbbff964af662b4e2c5c06890786ab4fcc521d3640a745ab step_template='us-east-1/network.template.json'
            ;;
        1/5)
            step_phase=1 step_size=5619 step_hash=8c0789ffca46047508da0f275416f9796500d4d5e53c6a4808c77ffe63052e0f step_template='us-east-2/network.template.json'
            ;;
        1/6)
            step_phase=1 step_size=12406 step_hash=f535b4981c6632d54916dcef7a6b5015904b4d11fc65d9384ad71986822a4200 step_template='us-east-1/data.phase-1.template.json'
            ;;
        1/7)
            step_phase=1 step_size=10805 step_hash=e15e2a0d11f9ae4d0945f50518bd9d366b4d1754a6494e21a520aae15e6c0b93 step_template='us-east-2/data.phase-1.template.json'
            ;;
        1/8)
            step_phase=1 step_size=2992 step_hash=f03b8760543dcdc6bb5ca623e993f5e8c07cca12ca2169245746742f2f106cac step_template='us-east-1/app.template.json'
            ;;
        1/9)
            step_phase=1 step_size=2992 step_hash=7c83aaf9cf8769590c4f44b5a94ed4fa0d8fe0d4a83411da4d22d6047f4e94eb step_template='us-east-2/app.template.json'
            ;;
        1/10)
            step_phase=1 step_size=2423 step_hash=604aaa4dedaaf6319100474ea8db886d3634ab3089dd67676bd3ed1891ab80c4 step_template='us-east-1/global.template.json'
            ;;
        1/11)
            step_phase=1 step_size=4280 step_hash=b9d790476ef6615520206514b6be9013c3f6165e2c8c10585ed86e3dde6570fb step_template='us-east-1/recovery.template.json'
            ;;
        1/12)
            step_phase=1 step_size=17502 step_hash=cae8390309549c902e940c8d539b55459285d02cf33dcbf32afebea634fc6baf step_template='us-east-2/recovery.template.json'
            ;;
        2/6)
            step_phase=2 step_size=13977 step_hash=b28405db95bf03f11e497d25af7d98a39c09260d4cc8fc430125b12231c4167a step_template='us-east-1/data.template.json'
            ;;
        2/7)
            step_phase=2 step_size=12376 step_hash=a622cf0a96f9b777ec46be7ed4bd2d2e4efdeb08ed38b9dedc512bda6feca9ed step_template='us-east-2/data.template.json'
            ;;
    esac
}

parameters_of() {
    case $1/$2 in
        1/0 | 1/1 | 1/2 | 1/3 | 1/4 | 1/5)
            from_param 'Suffix' 0
            ;;
        1/6 | 2/6)
            from_output 'InvoicesKeyArn' 2 'InvoicesKeyArn'
            from_output 'LedgerKeyArn' 2 'LedgerKeyArn'
            from_output 'NetSubnetA' 4 'NetSubnetA'
            from_output 'NetSubnetB' 4 'NetSubnetB'
            from_output 'NetSubnetC' 4 'NetSubnetC'
            from_output 'NetVpc' 4 'NetVpc'
            from_param 'Suffix' 0
            ;;
        1/7 | 2/7)
            from_output 'InvoicesKeyArn' 3 'InvoicesKeyArn'
            from_output 'LedgerKeyArn' 3 'LedgerKeyArn'
            from_output 'NetSubnetA' 5 'NetSubnetA'
            from_output 'NetSubnetB' 5 'NetSubnetB'
            from_output 'NetSubnetC' 5 'NetSubnetC'
            from_output 'NetVpc' 5 'NetVpc'
            from_param 'Suffix' 0
            ;;
        1/8)
            from_output 'AlertsKeyArn' 2 'AlertsKeyArn'
            from_param 'Pager' 1
            from_param 'Suffix' 0
            ;;
        1/9)
            from_output 'AlertsKeyArn' 3 'AlertsKeyArn'
            from_param 'Pager' 1
            from_param 'Suffix' 0
            ;;
        1/10)
            from_output 'CartsAlias' 2 'CartsAlias'
            from_param 'Suffix' 0
            ;;
        1/11)
            from_output 'AlertsTopicTopicArn' 8 'AlertsTopicTopicArn'
            from_output 'CartsTable' 10 'CartsTable'
            from_output 'LedgerCluster' 6 'LedgerCluster'
            from_param 'Suffix' 0
            ;;
        1/12)
            from_output 'AlertsTopicTopicArn' 9 'AlertsTopicTopicArn'
            from_output 'LedgerCluster' 7 'LedgerCluster'
            from_output 'LedgerClusterDBClusterArn' 7 'LedgerClusterDBClusterArn'
            from_param 'Suffix' 0
            ;;
    esac
}

# Stacks of one line do not need each other.
waves() {
    "$1" 1 0 1
    "$1" 1 2 3 4 5
    "$1" 1 6 8 9 10
    "$1" 1 7 11
    "$1" 1 12
    "$1" 2 6 7
}

artifacts_in() {
    case $1 in
        us-east-1)
            producer=0 output='ArtifactsBucket' dns_suffix='amazonaws.com'
            ;;
        us-east-2)
            producer=1 output='ArtifactsBucket' dns_suffix='amazonaws.com'
            ;;
    esac
}

main "$@"
