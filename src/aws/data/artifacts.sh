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
